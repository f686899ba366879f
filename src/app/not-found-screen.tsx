// An address that no page stands behind: says so, and leads back.
import type { ScreenProps } from './frame.ts';
import { Page } from './parts/page.tsx';
import { words } from './words.ts';

export function NotFoundScreen({ session, path }: ScreenProps & { readonly path: string }) {
  return (
    <Page title={words.notFound.title} className="page-note" branch={session.tenantName}>
      <p>{words.notFound.detail(path)}</p>
      <a className="button button-primary" href="/">
        {words.notFound.back}
      </a>
    </Page>
  );
}

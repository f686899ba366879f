// Light or dark as the system says, from before the first paint and whenever it changes.

const DARK = '(prefers-color-scheme: dark)';

/** Keeps `data-theme` of the page in step with the system until `signal` ends. */
export function followSystemTheme(page: Pick<Window, 'matchMedia' | 'document'>, signal: AbortSignal): void {
  const query = page.matchMedia(DARK);
  const apply = () => {
    page.document.documentElement.dataset['theme'] = query.matches ? 'dark' : 'light';
  };
  apply();
  query.addEventListener('change', apply, { signal });
}

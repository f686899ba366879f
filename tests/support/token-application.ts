// An application that signs its people in by itself and hands the library bearer tokens: what tests of tokens run in their pages.
import type { BrowserContext } from '@playwright/test';
import { MANAGER, OTHER_MANAGER, TENANT } from './page-probes.ts';
import { PASSWORD } from './rest-user.ts';

declare global {
  interface Window {
    /** Questions that the application's `getToken` was asked. */
    asked: boolean[];
    /** False: the application has no token to give. */
    mayAnswer: boolean;
    given: string[];
  }
}

const bearerOf = (tenant: string, user: string, email: string): string => `?as=${tenant}/${user}&auth=bearer&email=${email}`;
/** Queries of harness pages. */
export const DILANI = bearerOf(TENANT, 'dilani', MANAGER);
export const RUWAN = bearerOf('kandy', 'ruwan', OTHER_MANAGER);

/** Every page of this browser can get tokens. */
export async function withTokens(context: BrowserContext): Promise<void> {
  await context.addInitScript((password) => {
    const email = new URLSearchParams(location.search).get('email');
    Object.assign(window, {
      asked: [],
      given: [],
      mayAnswer: true,
      async getToken({ isRefused }: { isRefused: boolean }) {
        window.asked.push(isRefused);
        if (!window.mayAnswer) return null;
        const answer = await fetch('/api/v1/token', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email, password }),
        });
        const { accessToken } = (await answer.json()) as { accessToken: string };
        window.given.push(accessToken);
        return accessToken;
      },
    });
  }, PASSWORD);
}

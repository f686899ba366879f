// Types of sse-conformance.mjs, for the tests that run it.

export interface SseCase {
  readonly name: string;
  readonly chunks: readonly (string | { readonly b64: string; readonly times?: number })[];
  readonly expect: {
    readonly events: readonly { readonly type?: string; readonly data?: string | { readonly $repeat: readonly [string, number] }; readonly id?: string }[];
    readonly lastEventId?: string;
    readonly retry?: number | null;
  };
  readonly initialLastEventId?: string;
  readonly tags?: readonly string[];
}

export function runCases(cases: readonly SseCase[]): Promise<{ readonly complaints: readonly string[]; readonly passed: number; readonly total: number }>;

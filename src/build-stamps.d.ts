// Constants that the build writes into the code; the values come from scripts/build-stamps.ts.

/** Which build this is: grows with every build, also with a rollback. */
declare const __BUILD__: number;
/** Version of package.json, for people. */
declare const __VERSION__: string;

/** Flags for every run of Chromium. */
export declare const BROWSER_ARGS: readonly string[];

/** What Playwright needs to start it: `chromium.launch(launchOptions())`. */
export declare function launchOptions(): { args: string[]; executablePath?: string };

/** Path of a Chromium: CHROMIUM_PATH, else the system's, else Playwright's own; null where there is none. */
export declare function findBrowser(): string | null;

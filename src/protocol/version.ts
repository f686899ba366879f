// The number that pages, engines, service workers and servers compare before they believe each other's messages.

/** Protocol version: raised when a message changes so that an older reader would misread it; additions keep it. */
export const PROTOCOL_VERSION = 1;

// Asks a socket that has said nothing for long, and cuts it where it doesn't answer: a half-open connection never says that it closed.
import { PUSHER_LIMITS } from './options.ts';
import type { TextSocket } from './web-socket.ts';

export function watchActivity(socketOf: () => TextSocket | null): { alive(): void; end(): void } {
  let timer = setTimeout(ask, PUSHER_LIMITS.activityMs).unref();
  function ask(): void {
    socketOf()?.ping();
    timer = setTimeout(() => socketOf()?.close(4_201), PUSHER_LIMITS.pongMs).unref();
  }
  return {
    alive() {
      clearTimeout(timer);
      timer = setTimeout(ask, PUSHER_LIMITS.activityMs).unref();
    },
    end: () => clearTimeout(timer),
  };
}

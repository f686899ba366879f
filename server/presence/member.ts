// Who asks, as others see them: the signed-in person on one device. Without a named device a person is one device.
import { HEADERS } from '../../src/protocol/http.ts';
import type { TeamMember } from '../../src/protocol/team.ts';
import type { RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import { HttpProblem } from '../problem.ts';

export function memberOf(context: RequestContext): TeamMember {
  const { user, name } = context.var.session;
  const device = context.req.header(HEADERS.device) ?? '';
  if (device.length > LIMITS.idLength)
    throw new HttpProblem('request/malformed', `${HEADERS.device} can't be read.`, {
      field: HEADERS.device,
      expected: `at most ${LIMITS.idLength} characters`,
    });
  return { user, name, device };
}

export function isSameMember(a: TeamMember, b: TeamMember): boolean {
  return a.user === b.user && a.device === b.device;
}

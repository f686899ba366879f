// Transient messages about orders, handed to whoever follows the tenant live and sees orders. They are in no log and move no cursor: a reader that
// replays, lags or polls doesn't get them and asks for the state instead.
import type { TeamNotice } from '../../src/protocol/team.ts';
import type { Hub } from '../sync/hub.ts';
import { toWire } from '../sync/sse-sink.ts';

export type TellTeam = (tenant: string, notice: TeamNotice) => void;

export function createTeamNotices(hub: Pick<Hub, 'hint'>): TellTeam {
  return (tenant, { type, ...data }) => hub.hint(tenant, toWire({ type, data: JSON.stringify({ transient: true, data }) }), data.orderID);
}

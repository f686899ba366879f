// Loaded before the server (`node --import`): kills its process with SIGKILL at one step of one write. DIE_KEY is the idempotency key of that
// write, DIE_AT counts the statements that follow the look for its kept answer; the last place is behind COMMIT, before anybody was told.
import { DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite';

const key = process.env['DIE_KEY'];
const dieAt = Number(process.env['DIE_AT']);
let at = -1;

function step(): void {
  if (at < 0) return;
  if (at === dieAt) process.kill(process.pid, 'SIGKILL');
  at += 1;
}

const { get, run } = StatementSync.prototype;
Object.assign(StatementSync.prototype, {
  get(this: StatementSync, ...values: SQLInputValue[]) {
    if (values.some((value) => value === key)) at = 0;
    return Reflect.apply(get, this, values);
  },
  run(this: StatementSync, ...values: SQLInputValue[]) {
    step();
    return Reflect.apply(run, this, values);
  },
});
const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  step();
  exec.call(this, sql);
  if (sql === 'COMMIT') step();
};

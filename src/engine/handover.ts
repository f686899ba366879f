// Which of two deployed versions leads: the one that was built last. A rollback is a build too, so it leads as well.

/** True when build `a` was made after build `b`; numbers of seconds as texts. What isn't a number is older than any. */
export function isNewerBuild(a: string, b: string): boolean {
  return numberOf(a) > numberOf(b);
}

function numberOf(build: string): number {
  const number = Number(build);
  return Number.isFinite(number) ? number : -1;
}

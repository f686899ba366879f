// The clock of @/lib/sync/testing, which applications test with as well.
export { createTimeline, createVirtualClock, type Timeline, type VirtualClock } from '../../src/testing/virtual-clock.ts';

// @/lib/sync/testing: for tests of applications, never for production. Re-exports only.
'use client';
export { createMockEventSource, MockEventSource, type MockEventSourceFactory, type MockMessage } from '../../testing/mock-event-source.ts';
export { createFakeServer, type FakeEvent, type FakeServer } from '../../testing/fake-server.ts';
export { createTimeline, createVirtualClock, type Timeline, type VirtualClock } from '../../testing/virtual-clock.ts';
export { createTestWrapper, type TestWrapperOptions } from '../../testing/test-wrapper.tsx';

// @vitest-environment happy-dom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { Board, type BoardProps } from '../../src/app/parts/board.tsx';
import type { BoardActions } from '../../src/app/parts/action-button.tsx';
import { PRESENT, type Standing } from '../../src/app/standing.ts';
import { boardView, type BoardDocuments } from '../../src/domain/board.ts';
import { branch, branchInTrouble, emptyBranch, hold, NOW, order } from './fixtures.ts';
import { draw, recordingActions, testClock } from './draw.tsx';

const view = (documents: BoardDocuments = branch()) => boardView(documents, 'manager', NOW);
const lastKnown: Standing = { kind: 'last-known', atMs: NOW - 16 * 60_000 };

function drawBoard(props: Partial<BoardProps> = {}, clock = testClock()) {
  const board = (change: Partial<BoardProps> = {}) => (
    <Board view={view()} standing={PRESENT} trouble={null} actions={recordingActions()} onRetry={() => {}} {...props} {...change} />
  );
  const drawn = draw(board(), clock);
  return { ...drawn, clock, again: (change: Partial<BoardProps>) => drawn.rerender(board(change)) };
}

const card = (name: RegExp | string) => screen.getByRole('region', { name });

describe('the bays', () => {
  test('are regions named by bay, state, plate and lateness', () => {
    drawBoard();
    for (const name of [
      'Bay 1, washing, CBF 4821',
      'Bay 3, washing, KY 3392, 6 minutes over',
      'Bay 4, free, CAD 9034',
      'Bay 5, ready, PH 2208',
      'Bay 6, blocked, Pump pressure low',
    ])
      card(name);
  });
  test('[APP10] have clocks that tick each second as timers nobody is told about', () => {
    const { clock } = drawBoard();
    const timer = within(card(/^Bay 1/)).getByRole('timer');
    expect(timer.getAttribute('aria-live')).toBe('off');
    expect(timer.textContent).toBe('14:32');
    const text = timer.firstChild;
    clock.tick(1_000);
    expect(timer.textContent).toBe('14:33');
    expect(timer.firstChild).toBe(text);
  });
  test('turn late while somebody looks, with words, triangle and a primary action', () => {
    const { clock } = drawBoard();
    expect(screen.queryByText('1 min over')).toBeNull();
    clock.tick((25 * 60 - (14 * 60 + 32) + 60) * 1_000);
    const late = card('Bay 1, washing, CBF 4821, 1 minute over');
    expect(within(late).getByText('1 min over').querySelector('use')?.getAttribute('href')).toBe('#stage-late');
    expect(within(late).getByRole('button').className).toContain('button-primary');
  });
  test('stop the clock of a finished job', () => {
    const { clock } = drawBoard();
    clock.tick(90_000);
    expect(within(card(/^Bay 5/)).getByRole('timer').textContent).toBe('28:40');
  });
  test('[APP7] show a hole where one can not be read, with a way to try again', () => {
    const onRetry = vi.fn();
    drawBoard({ view: view(branchInTrouble()), onRetry });
    const hole = card("Bay 5, Can't show this bay.");
    within(hole).getByText('Nothing is lost.');
    fireEvent.click(within(hole).getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledOnce();
  });
  test('show markup in a document as the text that it is', () => {
    const hostile = order('o1', '<img src=x onerror=alert(1)>', 'in_progress', { jobId: 'j1' });
    const { container } = drawBoard({ view: view({ ...branch(), orders: new Map([...branch().orders, ...hold(hostile)]) }) });
    expect(container.querySelector('img')).toBeNull();
    within(card(/^Bay 1/)).getByText('<img src=x onerror=alert(1)>');
  });
});

describe('[APP3] the last known board', () => {
  test('says since when, and its clocks lose their seconds and get a ~', () => {
    drawBoard({ standing: lastKnown });
    screen.getByText('As it was at 13:42.');
    const stale = card('Bay 1, washing, CBF 4821, last known');
    expect(within(stale).getByRole('timer').textContent).toBe('~14 min');
    within(stale).getByText('was washing');
    within(stale).getByText('at 13:42');
  });
  test('alarms about nothing: what would be late may be done', () => {
    drawBoard({ standing: lastKnown });
    const stale = card('Bay 3, washing, KY 3392, last known');
    within(stale).getByText('may be done');
    expect(stale.className).not.toContain('is-late');
    expect(screen.queryByText(/min over$/)).toBeNull();
  });
  test('keeps the place of the line that says so while it has nothing to say', () => {
    const { container } = drawBoard();
    expect(container.querySelector('.stale-line')?.textContent).toBe('');
  });
});

describe('the actions', () => {
  test('hand on what the button says', () => {
    const actions = recordingActions();
    drawBoard({ actions });
    fireEvent.click(screen.getByRole('button', { name: 'CBF 4821 to drying' }));
    fireEvent.click(screen.getByRole('button', { name: 'PH 2208 paid by card' }));
    expect(actions.ran).toMatchObject([
      { kind: 'to-drying', jobId: 'j1' },
      { kind: 'take-payment', orderId: 'o5', method: 'card' },
    ]);
  });
  test('[APP4] act without a connection too, also about a car whose last entry still waits', () => {
    const actions = recordingActions({ isConnected: false, unsent: new Map([['jobs:j1', 'waiting']]) });
    drawBoard({ actions, standing: lastKnown });
    fireEvent.click(screen.getByRole('button', { name: 'Start CAD 9034' }));
    fireEvent.click(screen.getByRole('button', { name: 'CBF 4821 to drying' }));
    expect(actions.ran).toMatchObject([
      { kind: 'start', orderId: 'o11' },
      { kind: 'to-drying', jobId: 'j1' },
    ]);
  });
  test('[APP5] where an entry waits for a person, the button leads to it', () => {
    const decide = vi.fn();
    drawBoard({ actions: recordingActions({ unsent: new Map([['jobs:j1', 'needs-you']]), decide }) });
    fireEvent.click(within(card(/^Bay 1/)).getByRole('button', { name: 'Needs you' }));
    expect(decide).toHaveBeenCalledOnce();
  });
  test('mean the car that was touched, where an update came between touch and release', () => {
    const actions = recordingActions();
    const { again } = drawBoard({ actions });
    fireEvent.pointerDown(screen.getByRole('button', { name: 'Start CAD 9034' }));
    const queue = { id: 'main', name: 'Queue', entries: [{ orderId: 'o12', since: new Date(NOW).toISOString() }] };
    again({ view: view({ ...branch(), queues: hold(queue) }) });
    fireEvent.click(screen.getByRole('button', { name: 'Start CBH 1176' }), { detail: 1 });
    fireEvent.click(screen.getByRole('button', { name: 'Start CBH 1176' }), { detail: 0 });
    expect(actions.ran.map((action) => 'orderId' in action && action.orderId)).toEqual(['o11', 'o12']);
  });
  test('[APP16] take a double tap for one touch', () => {
    const actions = recordingActions();
    drawBoard({ actions });
    const start = screen.getByRole('button', { name: 'Start CAD 9034' });
    for (const detail of [1, 2]) {
      fireEvent.pointerDown(start);
      fireEvent.click(start, { detail });
    }
    expect(actions.ran).toMatchObject([{ kind: 'start', orderId: 'o11' }]);
  });
  test('[APP16] are still for a moment after somebody else has changed what they do, for hands, not for keys', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const actions = recordingActions();
    const { again } = drawBoard({ actions });
    const queue = { id: 'main', name: 'Queue', entries: [{ orderId: 'o12', since: new Date(NOW).toISOString() }] };
    again({ view: view({ ...branch(), queues: hold(queue) }) });
    const press = () => {
      const start = screen.getByRole('button', { name: 'Start CBH 1176' });
      fireEvent.pointerDown(start);
      fireEvent.click(start, { detail: 1 });
      return start.getAttribute('aria-disabled');
    };
    expect([press(), actions.ran]).toEqual(['true', []]);
    act(() => void vi.advanceTimersByTime(600));
    expect([press(), actions.ran.length]).toEqual([null, 1]);
    vi.useRealTimers();
  });
  test('show "Sending" in their own place once a write lasts, and not before', () => {
    vi.useFakeTimers();
    const sending: BoardActions = recordingActions({
      unsent: new Map([
        ['jobs:j1', 'waiting'],
        ['orders:o5', 'waiting'],
      ]),
    });
    drawBoard({ actions: sending });
    expect(screen.queryAllByText('Sending')).toEqual([]);
    act(() => void vi.advanceTimersByTime(400));
    vi.useRealTimers();
    within(card(/^Bay 1/)).getByText('Sending');
    expect(screen.getAllByText('Sending')).toHaveLength(2);
    expect(screen.queryByRole('button', { name: 'PH 2208 paid by cash' })).toBeNull();
  });
});

describe('queue and hand-over', () => {
  test('show five cars and unfold to all', () => {
    drawBoard();
    const panel = screen.getByRole('region', { name: 'Queue' });
    expect(within(panel).getAllByRole('listitem')).toHaveLength(5);
    within(panel).getByText('7 waiting, longest 11 min');
    fireEvent.click(within(panel).getByRole('button', { name: 'All 7' }));
    expect(within(panel).getAllByRole('listitem')).toHaveLength(7);
  });
  test('say what is to pay and what was paid', () => {
    drawBoard();
    fireEvent.click(screen.getByRole('button', { name: 'All 5' }));
    const panel = screen.getByRole('region', { name: 'To hand over' });
    within(panel).getByText('Rs 4,800 to pay');
    within(panel).getByText('Rs 6,200 paid by card');
  });
  test('say so where there is nothing', () => {
    drawBoard({ view: view(emptyBranch()) });
    expect(screen.getAllByText('No cars are waiting.')).toHaveLength(3);
    screen.getByText('No cars are ready.');
  });
});

test('counts are a list whose numbers keep their stage for a screen reader', () => {
  drawBoard();
  const items = within(screen.getByRole('list', { name: 'Cars by stage' })).getAllByRole('listitem');
  expect(items.map(({ textContent }) => textContent)).toEqual(['Waiting7', 'Washing2', 'Drying1', 'Ready3', 'Paid2', 'Handed over29']);
});

test('a page that can not follow live says why in the place of the line', () => {
  drawBoard({ trouble: 'This browser has no SharedWorker.' });
  screen.getByText('This browser has no SharedWorker.');
});

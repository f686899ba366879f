// @vitest-environment happy-dom
import { act, fireEvent, render, renderHook, screen } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { createOrderRows, type OrderRow } from '../../src/domain/order-rows.ts';
import { listOrders } from '../../src/domain/order-list.ts';
import { startOfDay } from '../../src/domain/selectors.ts';
import { Orders, type OrdersProps } from '../../src/app/parts/orders.tsx';
import { OrderRowItem, timeText } from '../../src/app/parts/order-row.tsx';
import { OrderHistory } from '../../src/app/parts/order-history.tsx';
import { OrderNote } from '../../src/app/parts/order-note.tsx';
import { OrderPage } from '../../src/app/parts/order-page.tsx';
import { orderView } from '../../src/domain/order-view.ts';
import { PRESENT } from '../../src/app/standing.ts';
import { useHeldOrder } from '../../src/app/use-held-order.ts';
import { words } from '../../src/app/words.ts';
import { UnsentContext } from '../../src/app/writes.ts';
import type { Role } from '../../src/protocol/http.ts';
import { draw, recordingActions } from './draw.tsx';
import { hold, NOW, order } from './fixtures.ts';
import { orderDocuments } from './order-documents.ts';

const nothing = () => {};
/** happy-dom has no popovers: what would close does nothing. */
HTMLElement.prototype.hidePopover = nothing;
const rowsOf = (documents = orderDocuments()) => createOrderRows()(documents);
const listed = (change: Partial<OrdersProps> = {}): OrdersProps => {
  const list = listOrders(rowsOf(), 'open', '', startOfDay(NOW));
  return {
    ...{ filter: 'open', query: '', list, rows: list.rows, moves: 0, isPartial: false, hasPrices: true, standing: PRESENT, trouble: null, selected: null },
    ...{ fresh: new Set(), unsent: new Map(), onOpen: nothing, onHold: nothing, onShowMoved: nothing },
    ...change,
  };
};

test.each([
  ['nobody has answered yet', { isConnected: true, state: 'loading' as const }, []],
  ['the server knows of nothing', { isConnected: true, state: 'idle' as const }, [words.order.nothing]],
  ['offline', { isConnected: false, state: 'idle' as const }, [words.order.onlyHere]],
])('an empty history says no more than is known: %s', (_, now, said) => {
  draw(<OrderHistory items={[]} user="u" isLoading={false} onOlder={null} {...now} />);
  const sentences = [words.order.nothing, words.order.onlyHere];
  expect(sentences.filter((sentence) => screen.queryByText(sentence) !== null)).toEqual(said);
});

describe('the list of orders', () => {
  test('filters are links that say how many they show; one is the present one', () => {
    draw(<Orders {...listed()} />);
    const ready = screen.getByRole('link', { name: 'Ready 3 orders' });
    expect(ready.getAttribute('href')).toBe('/orders?stage=ready');
    expect(screen.getByRole('link', { name: 'Open 15 orders' }).getAttribute('aria-current')).toBe('true');
  });
  test('an empty search says what was looked for and where it is', () => {
    const list = listOrders(rowsOf(), 'ready', 'CBF', startOfDay(NOW));
    draw(<Orders {...listed({ filter: 'ready', query: 'CBF', list, rows: list.rows })} />);
    screen.getByText("No order with 'CBF' under Ready.");
    expect(screen.getByText('Show 1 order of every stage').getAttribute('href')).toBe('/orders?stage=all&q=CBF');
    screen.getByText('Searching 44 orders on this device');
  });
  test('no orders at all, by the words of the design', () => {
    draw(<Orders {...listed({ list: listOrders([], 'open', '', 0), rows: [] })} />);
    screen.getByText('No orders today.');
  });
  test('offline says since when, and keeps the list', () => {
    draw(<Orders {...listed({ standing: { kind: 'last-known', atMs: NOW - 16 * 60_000 } })} />);
    screen.getByText('As it was at 13:42.');
  });
  test('offline with entries of its own, says that they are in it', () => {
    draw(
      <UnsentContext value={{ entries: 2, needsYou: 0 }}>
        <Orders {...listed({ standing: { kind: 'last-known', atMs: NOW - 16 * 60_000 } })} />
      </UnsentContext>,
    );
    screen.getByText('As it was at 13:42, with your own entries.');
  });
  test.each<[string, Partial<OrderRow>, boolean, string]>([
    ['time left', { promisedAtMs: NOW + 7 * 60_000 }, false, '7 min left'],
    ['late', { promisedAtMs: NOW - 6 * 60_000 }, false, '6 min over'],
    ['stale', { promisedAtMs: NOW + 7 * 60_000 }, true, '~7 min left'],
    ['late and stale: nothing alarms', { promisedAtMs: NOW - 6 * 60_000 }, true, 'may be done'],
    ['ready', { endedAtMs: NOW - 17 * 60_000, stage: { name: 'ready' } }, false, 'ready 17 min'],
    ['handed over', { endedAtMs: NOW, stage: { name: 'done' } }, false, 'handed over 13:58'],
  ])('[APP3] %s', (_, change, isStale, text) => {
    const [row] = rowsOf();
    if (!row) throw new Error('no row');
    expect(timeText({ ...row, endedAtMs: null, stage: { name: 'washing' }, ...change }, isStale, NOW)).toBe(text);
  });
  test('[ORD2] a row whose order did not change is not drawn again', () => {
    const documents = orderDocuments();
    const makeRows = createOrderRows();
    const drawn: string[] = [];
    const watched = new WeakMap<OrderRow, OrderRow>();
    const watch = (row: OrderRow) => {
      const known = watched.get(row) ?? Object.defineProperty({ ...row }, 'plate', { get: () => (drawn.push(row.id), row.plate) });
      watched.set(row, known);
      return known;
    };
    const List = ({ rows }: { readonly rows: readonly OrderRow[] }) =>
      rows.map((row, index) => (
        <OrderRowItem
          key={row.id}
          row={watch(row)}
          index={index}
          top={index * 64}
          size={44}
          isSelected={false}
          isNew={false}
          isStale={false}
          unsent={null}
          onOpen={nothing}
        />
      ));
    const { rerender } = draw(<List rows={makeRows(documents)} />);
    expect(drawn).toHaveLength(44);
    drawn.length = 0;
    const orders = new Map([...documents.orders, ...hold(order('o11', 'CAD 9034', 'in_progress'))]);
    rerender(<List rows={makeRows({ ...documents, orders })} />);
    expect(drawn).toEqual(['o11']);
  });
});

describe('[ORD3] under a hand the order stays', () => {
  const of = (...ids: readonly string[]) => ids.map((id) => ({ id }));
  const held = () => renderHook(({ rows }) => useHeldOrder(rows, 'open', rows), { initialProps: { rows: of('a', 'b', 'c') } });
  const shown = ({ current: { rows, moves } }: ReturnType<typeof held>['result']) => `${rows.map(({ id }) => id).join('')} ${moves}`;

  test('while held nothing moves and a number waits; let go, it is all there', () => {
    const { result, rerender } = held();
    act(() => result.current.hold(true));
    rerender({ rows: of('c', 'a', 'b', 'd') });
    expect(shown(result)).toBe('abc 2');
    act(() => result.current.hold(false));
    expect(shown(result)).toBe('cabd 0');
  });
  test('asked to show, it shows, and holds from there', () => {
    const { result, rerender } = held();
    act(() => result.current.hold(true));
    rerender({ rows: of('b', 'a', 'c') });
    act(() => result.current.release());
    expect(shown(result)).toBe('bac 0');
    rerender({ rows: of('c', 'b', 'a') });
    expect(shown(result)).toBe('bac 1');
  });
});

describe('the page of an order', () => {
  const drawPage = (
    id = 'o1',
    {
      role = 'manager',
      isConnected = true,
      isKept = true,
      onOlder = null,
    }: { role?: Role; isConnected?: boolean; isKept?: boolean; onOlder?: (() => void) | null } = {},
  ) => {
    const view = orderView(orderDocuments(), id, role);
    if (!view) throw new Error('no order');
    const actions = recordingActions({ isConnected }, isKept);
    const session = { tenant: 't', user: 'u', role, name: 'D', tenantName: 'N' };
    const history = { items: [], user: 'u', isLoading: false, state: 'idle', isConnected, onOlder } as const;
    draw(<OrderPage view={view} session={session} actions={actions} standing={PRESENT} trouble={null} history={history} titleRef={{ current: null }} />);
    return actions;
  };
  test('has the plate as its h1, the present step marked, and one next step', () => {
    const actions = drawPage();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('CBF 4821');
    expect(document.querySelector('[aria-current=step]')?.textContent).toContain('Washing');
    fireEvent.click(screen.getByRole('button', { name: 'Start drying' }));
    expect(actions.ran).toMatchObject([{ kind: 'to-drying', jobId: 'j1' }]);
    screen.getByText('Nothing happened yet.');
  });
  test('[APP4] without a connection the step is done as with one', () => {
    const actions = drawPage('o1', { isConnected: false });
    fireEvent.click(screen.getByRole('button', { name: 'Start drying' }));
    expect(actions.ran).toMatchObject([{ kind: 'to-drying', jobId: 'j1' }]);
    screen.getByText(words.order.onlyHere);
  });
  test('takes the payment in two touches: how, and that is all', () => {
    const actions = drawPage('o5');
    fireEvent.click(screen.getByRole('button', { name: 'PH 2208 paid by card', hidden: true }));
    expect(actions.ran).toMatchObject([{ kind: 'take-payment', method: 'card' }]);
  });
  test('[APP8] a kiosk is shown no amount and offered no payment', () => {
    drawPage('o5', { role: 'kiosk' });
    expect(document.body.textContent).not.toMatch(/Rs|Take payment/);
  });
  test('[APP6] a note that this device could not keep stays in its field', async () => {
    const actions = drawPage('o1', { isKept: false });
    fireEvent.click(screen.getByText('Change note'));
    const field = screen.getByRole('textbox', { name: 'Note for CBF 4821' }) as HTMLTextAreaElement;
    fireEvent.change(field, { target: { value: 'Two scratches.' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save note for CBF 4821' }));
    await act(async () => {});
    expect(field.value).toBe('Two scratches.');
    expect(actions.ran).toHaveLength(1);
  });
  test('a note stays in its field until it is kept and the order says it', async () => {
    const view = orderView(orderDocuments(), 'o1', 'manager');
    if (!view) throw new Error('no order');
    const actions = recordingActions({ isConnected: true });
    const { rerender } = render(<OrderNote view={view} actions={actions} />);
    fireEvent.click(screen.getByText('Change note'));
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'Two scratches. ' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save note for CBF 4821' }));
    expect(actions.ran).toMatchObject([{ kind: 'note', notes: 'Two scratches.' }]);
    await act(async () => {});
    rerender(<OrderNote view={{ ...view, order: { ...view.order, notes: 'Somebody else was faster.' } }} actions={actions} />);
    expect(screen.getByRole<HTMLTextAreaElement>('textbox').value).toBe('Two scratches. ');
    rerender(<OrderNote view={{ ...view, order: { ...view.order, notes: 'Two scratches.' } }} actions={actions} />);
    expect(screen.queryByRole('textbox')).toBe(null);
    screen.getByText('Two scratches.');
  });
  test('asks for older entries only when told to', () => {
    const onOlder = vi.fn();
    drawPage('o1', { onOlder });
    expect(onOlder).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole('button', { name: 'Show older' }));
    expect(onOlder).toHaveBeenCalledOnce();
  });
});

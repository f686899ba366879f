// Draws one named scene: /?scene=live
import { createRoot } from 'react-dom/client';
import { useEffect, type ReactNode } from 'react';
import { boardView, type BoardDocuments } from '../../../src/domain/board.ts';
import type { Role } from '../../../src/protocol/http.ts';
import { StatusContext } from '../../../src/app/frame.ts';
import type { IndicatorHealth, IndicatorState } from '../../../src/app/indicator-state.ts';
import type { BoardActions } from '../../../src/app/parts/action-button.tsx';
import { Board } from '../../../src/app/parts/board.tsx';
import { ConnectionIndicator } from '../../../src/app/parts/connection-indicator.tsx';
import { GlyphSprite } from '../../../src/app/parts/glyph.tsx';
import { Page } from '../../../src/app/parts/page.tsx';
import { Shell } from '../../../src/app/parts/shell.tsx';
import { SignInForm } from '../../../src/app/parts/sign-in-form.tsx';
import { ToastList } from '../../../src/app/parts/toast-list.tsx';
import { UpdateBar } from '../../../src/app/parts/update-bar.tsx';
import { useToasts } from '../../../src/app/use-toasts.ts';
import { PRESENT, type Standing } from '../../../src/app/standing.ts';
import { ClockContext } from '../../../src/app/use-clock.ts';
import { words } from '../../../src/app/words.ts';
import '../../../src/app/styles/index.css';
import { branch, branchInTrouble, emptyBranch, NOW } from '../fixtures.ts';
import { OrdersScene, OrderScenePage } from './order-scenes.tsx';

const nothing = () => {};
const clock = { now: () => NOW, subscribe: () => nothing };
const acting: BoardActions = { unsent: new Map(), isConnected: true, run: () => Promise.resolve(true), decide: nothing };
const healthy: IndicatorHealth = { status: 'healthy', label: 'Live', lastByteAt: NOW - 1_000, retryAt: null, reason: null, updates: 1_284, trouble: null };
const offline: IndicatorHealth = {
  status: 'connecting',
  label: 'Offline',
  lastByteAt: NOW - 16 * 60_000,
  retryAt: NOW + 8_000,
  reason: 'offline',
  updates: 41,
  trouble: null,
};
const lastKnown: Standing = { kind: 'last-known', atMs: offline.lastByteAt };

interface Scene {
  readonly state?: IndicatorState;
  readonly health?: IndicatorHealth;
  readonly documents?: BoardDocuments | null;
  readonly standing?: Standing;
  readonly actions?: Partial<BoardActions>;
  readonly role?: Role;
  readonly toasts?: boolean;
  readonly update?: boolean;
}

const SCENES: Readonly<Record<string, Scene>> = {
  live: {},
  sending: {
    actions: {
      unsent: new Map([
        ['jobs:j1', 'waiting'],
        ['orders:o11', 'waiting'],
        ['orders:o5', 'needs-you'],
      ]),
    },
  },
  polling: { state: 'polling', health: { ...healthy, status: 'polling', label: 'Polling' } },
  offline: { state: 'offline', health: offline, standing: lastKnown, actions: { isConnected: false } },
  connecting: { state: 'connecting', health: { ...offline, label: 'Connecting' } },
  'sign-in-again': { state: 'sign-in', health: { ...offline, status: 'error', label: 'Sign in again' }, standing: lastKnown, actions: { isConnected: false } },
  trouble: { documents: branchInTrouble() },
  toasts: { toasts: true },
  update: { update: true },
  unsupported: {
    state: 'offline',
    health: { ...offline, trouble: 'This browser has no SharedWorker, which this version needs.' },
    standing: lastKnown,
    actions: { isConnected: false },
  },
  empty: { documents: emptyBranch() },
  loading: { documents: null },
  kiosk: { role: 'kiosk' },
  display: { role: 'display' },
};

function Framed({ scene, screen }: { readonly scene: Scene; readonly screen: string }) {
  const role = scene.role ?? 'manager';
  const documents = scene.documents === undefined ? branch() : scene.documents;
  const show = useToasts();
  useEffect(() => {
    if (!scene.toasts) return;
    show({ tone: 'info', text: 'WP 6610 handed over.', action: { label: words.undo, name: words.undoName, run: nothing } });
    show({ tone: 'error', text: words.refused.conflict('Bay 4 is not free.') });
    show({ tone: 'info', text: 'CAR 7710 marked ready.', action: { label: words.undo, name: words.undoName, run: nothing } });
  }, [scene, show]);
  const status = <ConnectionIndicator state={scene.state ?? 'live'} health={scene.health ?? healthy} onTryNow={nothing} onSignIn={nothing} />;
  return (
    <StatusContext value={status}>
      <Shell
        place={screen.startsWith('orders') ? 'orders' : screen.startsWith('order') ? 'order' : 'board'}
        session={{ tenant: 't', user: 'u', role, name: 'Dilani Jayasuriya', tenantName: 'Nugegoda' }}
        signOut={() => Promise.reject(new Error('no'))}
      >
        {screenOf(screen, scene, role, documents)}
        <ToastList />
        {scene.update && <UpdateBar onUpdate={nothing} onLater={nothing} />}
      </Shell>
    </StatusContext>
  );
}

function screenOf(screen: string, scene: Scene, role: Role, documents: BoardDocuments | null): ReactNode {
  const actions = { ...acting, ...scene.actions };
  const standing = scene.standing ?? PRESENT;
  const trouble = scene.health?.trouble ?? null;
  if (screen.startsWith('orders')) return <OrdersScene name={screen} scene={{ role, actions, standing, trouble }} />;
  if (screen.startsWith('order')) return <OrderScenePage name={screen} scene={{ role, actions, standing, trouble }} />;
  return (
    <Page title={words.board} className="board" branch="Nugegoda">
      <Board view={documents && boardView(documents, role, NOW)} standing={standing} trouble={trouble} actions={actions} onRetry={nothing} />
    </Page>
  );
}

/** `live`, `offline`: the board. `orders.offline`, `order-ready.live`: another screen in that scene. */
function pick(name: string): ReactNode {
  if (name === 'sign-in') return <SignInForm isAgain={false} failure={null} isBusy={false} version="0.1.0" onSubmit={nothing} />;
  if (name === 'sign-in-failed') return <SignInForm isAgain failure={words.signIn.wrong} isBusy={false} version="0.1.0" onSubmit={nothing} onBack={nothing} />;
  const [first = '', second = 'live'] = name.split('.');
  const isScreen = first.startsWith('order');
  return <Framed screen={isScreen ? first : 'board'} scene={SCENES[isScreen ? second : first] ?? {}} />;
}

document.documentElement.dataset['theme'] = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <ClockContext value={clock}>
      <GlyphSprite />
      {pick(new URLSearchParams(location.search).get('scene') ?? 'live')}
    </ClockContext>,
  );
}

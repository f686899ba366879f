// The connection machine as a drawing: the present state is filled, the way that it is likely to go next is marked. Decoration beside the
// sentence that says the same; where there is no room for arrows the states stand in a row.
import { STATE_NAMES, type DebugState } from './debug-state.ts';

interface Node {
  readonly state: DebugState;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Outside of the usual round. */
  readonly isAside?: boolean;
}

const HEIGHT = 40;
const NODES: readonly Node[] = [
  { state: 'connecting', x: 1, y: 28, width: 108 },
  { state: 'live', x: 165, y: 28, width: 84 },
  { state: 'reconnecting', x: 398, y: 28, width: 122 },
  { state: 'sign-in', x: 1, y: 118, width: 84, isAside: true },
  { state: 'error', x: 97, y: 118, width: 70, isAside: true },
  { state: 'stopped', x: 179, y: 118, width: 88, isAside: true },
  { state: 'half-open', x: 372, y: 118, width: 104 },
  { state: 'polling', x: 554, y: 118, width: 84 },
];

interface Arrow {
  readonly path: string;
  /** The states in which this is the way ahead. */
  readonly from: DebugState;
}

const ARROWS: readonly Arrow[] = [
  { path: 'M109 48 H157', from: 'connecting' },
  { path: 'M249 42 H390', from: 'live' },
  { path: 'M398 54 H257', from: 'reconnecting' },
  { path: 'M520 48 C580 48 596 70 596 110', from: 'reconnecting' },
  { path: 'M554 138 H484', from: 'polling' },
  { path: 'M372 138 C270 132 214 116 208 76', from: 'half-open' },
];

export interface StateDiagramProps {
  readonly present: DebugState;
  /** `no byte for 37.5 s`: what ends Live. */
  readonly silence: string;
  /** `probe in 4 s`; empty where none is planned. */
  readonly probe: string;
  readonly failures: string;
}

export function StateDiagram({ present, silence, probe, failures }: StateDiagramProps) {
  return (
    <>
      <svg className="hf-diagram" viewBox="0 0 640 172" aria-hidden="true" focusable="false">
        <defs>
          <marker id="hf-arrow" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="9" markerHeight="9" orient="auto-start-reverse" markerUnits="userSpaceOnUse">
            <path d="M0 0 L10 5 L0 10 z" fill="context-stroke" />
          </marker>
        </defs>
        {ARROWS.map(({ path, from }) => (
          <path key={path} className={from === present && present !== 'live' ? 'hf-edge hf-edge-next' : 'hf-edge'} d={path} markerEnd="url(#hf-arrow)" />
        ))}
        <EdgeText x={322} y={34} text={silence} />
        <EdgeText x={584} y={44} text={failures} anchor="start" />
        <EdgeText x={516} y={160} text={probe} isNext={present === 'polling'} />
        <EdgeText x={262} y={104} text="hello" />
        {NODES.map((node) => (
          <StateBox key={node.state} node={node} isPresent={node.state === present} />
        ))}
      </svg>
      <ul className="hf-states" aria-hidden="true">
        {NODES.map(({ state }) => (
          <li key={state} className={state === present ? 'hf-state hf-present' : 'hf-state'}>
            {STATE_NAMES[state]}
          </li>
        ))}
      </ul>
    </>
  );
}

function StateBox({ node: { state, x, y, width, isAside }, isPresent }: { readonly node: Node; readonly isPresent: boolean }) {
  return (
    <g className={`hf-node${isPresent ? ' hf-present' : ''}${isAside ? ' hf-aside' : ''}`} data-state={state}>
      <rect x={x} y={y} width={width} height={HEIGHT} rx="10" />
      <text x={x + width / 2} y={y + HEIGHT / 2} textAnchor="middle" dominantBaseline="central">
        {STATE_NAMES[state]}
      </text>
    </g>
  );
}

interface EdgeTextProps {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor?: 'start' | 'middle';
  readonly isNext?: boolean;
}

function EdgeText({ x, y, text, anchor = 'middle', isNext = false }: EdgeTextProps) {
  return (
    <text className={isNext ? 'hf-edge-text hf-edge-next' : 'hf-edge-text'} x={x} y={y} textAnchor={anchor}>
      {text}
    </text>
  );
}

// The trace of this page, newest first: paused, narrowed and searched, never more than the last records.
import { useMemo, useState } from 'react';
import { count, preciseTime } from './debug-format.ts';
import { detailOf, LOG_TOPICS, MAX_RECORDS, placeOf, shownRecords, topicOf, type LoggedRecord, type LogTopic, type RecordLog } from './record-log.ts';

const TOPIC_NAMES: Readonly<Record<LogTopic, string>> = {
  all: 'Everything',
  events: 'Events',
  shown: 'Shown documents',
  connection: 'Connection and page',
  writes: 'Writes',
  engine: 'Engine',
};

/** Rows in the page at once: what is kept beyond them is found by filter and text. */
const SHOWN = 200;

export function LogView({ log, onPause }: { readonly log: RecordLog; onPause(isPaused: boolean): void }) {
  const [topic, setTopic] = useState<LogTopic>('all');
  const [text, setText] = useState('');
  const isPaused = log.frozen !== null;
  const found = useMemo(() => shownRecords(log, topic, text), [log, topic, text]);
  const meanwhile = isPaused ? log.count - (log.frozen.at(-1)?.n ?? 0) : 0;
  return (
    <section className="hf-card hf-log" aria-labelledby="hf-log">
      <div className="hf-head">
        <h2 id="hf-log">Log</h2>
        <p className="hf-note">{isPaused ? `${count(meanwhile)} came since` : `last ${count(Math.min(found.length, SHOWN))} of ${count(MAX_RECORDS)} kept`}</p>
        <button type="button" className="hf-button" aria-pressed={isPaused} onClick={() => onPause(!isPaused)}>
          Pause
        </button>
      </div>
      <div className="hf-filter">
        <select
          className="hf-field"
          aria-label="Show"
          value={topic}
          onChange={({ target }) => setTopic(LOG_TOPICS.find((known) => known === target.value) ?? 'all')}
        >
          {LOG_TOPICS.map((known) => (
            <option key={known} value={known}>
              {TOPIC_NAMES[known]}
            </option>
          ))}
        </select>
        <input
          className="hf-field"
          type="search"
          aria-label="Search the log"
          placeholder="Search"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      {/* Scrolled by keyboard too. */}
      <div className="hf-rows" role="region" aria-label="Records" tabIndex={0}>
        {found.length === 0 ? <p className="hf-note hf-empty">No records.</p> : <Rows records={found.slice(0, SHOWN)} />}
      </div>
    </section>
  );
}

function Rows({ records }: { readonly records: readonly LoggedRecord[] }) {
  return (
    <ol className="hf-list">
      {records.map(({ n, record }) => (
        <li key={n} className={`hf-row hf-row-${topicOf(record)}`}>
          <time>{preciseTime(performance.timeOrigin + record.t)}</time>
          <span className="hf-kind">{record.k}</span>
          <span className="hf-detail">{detailOf(record)}</span>
          <span className="hf-place">{placeOf(record)}</span>
        </li>
      ))}
    </ol>
  );
}

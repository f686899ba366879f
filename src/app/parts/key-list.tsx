// What the keys do. Opened by ?, or from the settings.
import { Fragment } from 'react';
import { words } from '../words.ts';
import { Dialog } from './dialog.tsx';

export function KeyList({ onClose }: { onClose(): void }) {
  return (
    <Dialog title={words.keys.title} look="card" onClose={onClose}>
      <div className="dialog-body">
        <p className="dialog-lead">{words.keys.lead}</p>
        <dl className="key-rows">
          {words.keys.rows.map(({ keys, does }) => (
            <div key={does} className="key-row">
              <dt>{does}</dt>
              <dd>
                {keys.map((key, at) => (
                  <Fragment key={key}>
                    {at > 0 && words.keys.chord}
                    <kbd className="key">{key}</kbd>
                  </Fragment>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}

// The search of the board: a plate or number typed here is looked for among all orders.
import { Search } from 'lucide-react';
import { useCallback, useRef, type FormEvent } from 'react';
import { hrefOf } from '../routes.ts';
import { useListKeys } from '../use-list-keys.ts';
import { useRouter } from '../use-visit.ts';
import { words } from '../words.ts';

const noRows = () => {};

export function BoardSearch() {
  const router = useRouter();
  const field = useRef<HTMLInputElement>(null);
  const { hasShortcuts } = useListKeys({ search: useCallback(() => field.current?.focus(), []), move: noRows });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const query = field.current?.value.trim() ?? '';
    if (query !== '') router.go(hrefOf({ place: 'orders', stage: 'all', query }));
  };
  return (
    <search className="board-search">
      <form className="search" onSubmit={submit}>
        <Search className="icon" aria-hidden="true" />
        <input
          ref={field}
          type="search"
          className="search-input"
          aria-label={words.orders.search}
          placeholder={words.orders.placeholderShort}
          maxLength={80}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          enterKeyHint="search"
        />
        {hasShortcuts && <kbd className="search-key">/</kbd>}
      </form>
    </search>
  );
}

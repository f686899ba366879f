// The search of a list. What is typed stands in the field at once; the list and the address follow when the hand rests.
import { Search, X } from 'lucide-react';
import { useEffect, useState, type RefObject } from 'react';
import { words } from '../words.ts';

export interface SearchFieldProps {
  /** What is searched for now, by the address. */
  readonly query: string;
  readonly hasShortcut: boolean;
  readonly fieldRef: RefObject<HTMLInputElement | null>;
  onSearch(query: string): void;
  /** Enter, or arrow down: into the list. */
  onLeave(): void;
}

const REST_MS = 150;

export function SearchField({ query, hasShortcut, fieldRef, onSearch, onLeave }: SearchFieldProps) {
  const [typed, setTyped] = useState(query);
  const [asked, setAsked] = useState(query);
  // The address changed by another hand (Back, a link): the field follows it, unless its own words are the address by now.
  if (query !== asked) {
    setAsked(query);
    if (query !== typed.trim()) setTyped(query);
  }
  useEffect(() => {
    if (typed.trim() === asked) return;
    const timer = setTimeout(() => onSearch(typed.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [typed, asked, onSearch]);
  return (
    <search className="search">
      <Search className="icon" aria-hidden="true" />
      <input
        ref={fieldRef}
        type="search"
        className="search-input"
        aria-label={words.orders.search}
        placeholder={words.orders.placeholder}
        value={typed}
        maxLength={80}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        enterKeyHint="search"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && typed !== '') setTyped('');
          if (event.key === 'Enter' || event.key === 'ArrowDown') {
            event.preventDefault();
            onSearch(typed.trim());
            onLeave();
          }
        }}
      />
      {typed === '' ? (
        hasShortcut && <kbd className="search-key">/</kbd>
      ) : (
        <button
          type="button"
          className="search-clear"
          aria-label={words.orders.clear}
          onClick={() => {
            setTyped('');
            fieldRef.current?.focus();
          }}
        >
          <X className="icon" aria-hidden="true" />
        </button>
      )}
    </search>
  );
}

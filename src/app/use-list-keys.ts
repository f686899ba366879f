// The list's keys without a modifier: / to the search, J and K along the rows. They can be switched off, and never act while one types.
import { useEffect } from 'react';
import { isTyping } from './shortcuts.tsx';
import { useDeviceSettings } from './use-device-settings.ts';

export interface ListKeys {
  search(): void;
  /** To the next row (1) or the one before (-1). */
  move(step: 1 | -1): void;
}

export function useListKeys({ search, move }: ListKeys): { readonly hasShortcuts: boolean } {
  const { shortcuts } = useDeviceSettings();
  useEffect(() => {
    if (!shortcuts) return;
    const life = new AbortController();
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== '/' && key !== 'j' && key !== 'k') return;
      event.preventDefault();
      if (key === '/') search();
      else move(key === 'j' ? 1 : -1);
    };
    document.addEventListener('keydown', press, { signal: life.signal });
    return () => life.abort();
  }, [shortcuts, search, move]);
  return { hasShortcuts: shortcuts };
}

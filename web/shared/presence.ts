/* Whether somebody still sits at a page that is theirs, and what of it waits while nobody does. */

import { useCallback, useEffect, useRef } from 'react';
import { whenSessionIsLost } from './api/client';

const IDLE_MS = 10 * 60 * 1000;
const SIGNS = ['keydown', 'pointerdown', 'wheel', 'touchmove'] as const;

/** Call ``onIdle`` after ten minutes without a key or a touch: before the bank itself ends the session. */
export function useIdle(active: boolean, onIdle: () => void): void {
  useEffect(() => {
    if (!active) return undefined;
    let timer = window.setTimeout(onIdle, IDLE_MS);
    const again = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(onIdle, IDLE_MS);
    };
    SIGNS.forEach((sign) => window.addEventListener(sign, again, { passive: true }));
    return () => {
      window.clearTimeout(timer);
      SIGNS.forEach((sign) => window.removeEventListener(sign, again));
    };
  }, [active, onIdle]);
}

/** While the page is somebody's, what it asks without a session waits, and ``onLost`` is called. Returns what lets it go on once
 * they are back; when they have left for good it is given up. */
export function useWaiting(somebody: boolean, onLost: () => void): () => void {
  const waiting = useRef<(() => void)[]>([]);
  const lost = useRef(onLost);
  lost.current = onLost;
  useEffect(() => {
    if (!somebody) return undefined;
    whenSessionIsLost(
      () =>
        new Promise((resolve) => {
          waiting.current.push(resolve);
          lost.current();
        }),
    );
    return () => {
      whenSessionIsLost(null);
      waiting.current = [];
    };
  }, [somebody]);
  return useCallback(() => waiting.current.splice(0).forEach((goOn) => goOn()), []);
}

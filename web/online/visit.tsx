/* Who is here. A quarter of an hour without a sign ends the session at the bank; coming back, over the page, goes on with what
   was begun. Logging out leaves nothing behind. */

import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { whenSessionIsLost } from '../shared/api/client';
import type { Visit } from '../shared/api/customerTypes';
import { wipeDrafts, wipeDraftsOfOthers } from '../shared/drafts';
import { Entry, type Reason } from './Entry';
import { Waiting } from './parts';
import { currentVisit, endVisit } from './session';

const IDLE_MS = 10 * 60 * 1000;
const ENROL = 'enrol';

interface Here {
  visit: Visit;
  leave: () => void;
}

type Gate = 'asking' | 'in' | Reason;
const Context = createContext<Here | null>(null);

export function useVisit(): Here {
  const found = useContext(Context);
  if (!found) throw new Error('no VisitProvider above');
  return found;
}

export function VisitProvider({ children }: { children: ReactNode }) {
  const [visit, setVisit] = useState<Visit | null>(null);
  const [gate, setGate] = useState<Gate>('asking');
  const waiting = useRef<(() => void)[]>([]);

  useEffect(() => {
    currentVisit()
      .then((found) => {
        setVisit(found?.scope === ENROL ? null : found);
        setGate(!found ? 'out' : found.scope === ENROL ? 'enrol' : 'in');
      })
      .catch(() => setGate('out'));
  }, []);

  useEffect(() => {
    if (!visit) return undefined;
    whenSessionIsLost(
      () =>
        new Promise((resolve) => {
          waiting.current.push(resolve);
          setGate((now) => (now === 'idle' ? now : 'lost'));
        }),
    );
    return () => whenSessionIsLost(null);
  }, [visit]);

  const rest = useCallback(() => {
    setGate('idle');
    void endVisit().catch(() => undefined);
  }, []);

  const leave = useCallback(() => {
    wipeDrafts();
    waiting.current = [];
    void endVisit()
      .catch(() => undefined)
      .finally(() => {
        window.history.replaceState(null, '', '/online/');
        setVisit(null);
        setGate('out');
      });
  }, []);

  useIdle(gate === 'in', rest);

  const entered = useCallback(
    (found: Visit) => {
      wipeDraftsOfOthers(found.customer);
      if (visit && visit.customer !== found.customer) {
        window.location.replace('/online/'); // somebody else: nothing on the page is theirs
        return;
      }
      setVisit(found);
      setGate('in');
      waiting.current.splice(0).forEach((goOn) => goOn());
    },
    [visit],
  );

  const here = useMemo(() => (visit ? { visit, leave } : null), [visit, leave]);
  const closed = gate !== 'in';
  return (
    <>
      {here && (
        <div className={closed ? 'page page-closed' : 'page'} inert={closed} aria-hidden={closed}>
          <Context.Provider value={here}>{children}</Context.Provider>
        </div>
      )}
      {gate === 'asking' && <Waiting />}
      {gate !== 'asking' && gate !== 'in' && (
        <Entry key={gate} reason={gate} known={visit?.customer ?? ''} onEntered={entered} onLeave={leave} />
      )}
    </>
  );
}

/** Call ``onIdle`` after ten minutes without a key or a touch: before the bank itself ends the session. */
function useIdle(active: boolean, onIdle: () => void): void {
  useEffect(() => {
    if (!active) return undefined;
    let timer = window.setTimeout(onIdle, IDLE_MS);
    const again = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(onIdle, IDLE_MS);
    };
    const signs = ['keydown', 'pointerdown', 'wheel', 'touchmove'] as const;
    signs.forEach((sign) => window.addEventListener(sign, again, { passive: true }));
    return () => {
      window.clearTimeout(timer);
      signs.forEach((sign) => window.removeEventListener(sign, again));
    };
  }, [active, onIdle]);
}

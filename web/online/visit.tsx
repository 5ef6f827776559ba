/* Who is here. Ten minutes without a sign ends the session at the bank; coming back, over the page, goes on with what
   was begun. Logging out leaves nothing behind. */

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Visit } from '../shared/api/customerTypes';
import { wipeDrafts, wipeDraftsOfOthers } from '../shared/drafts';
import { useIdle, useWaiting } from '../shared/presence';
import { Entry, type Reason } from './Entry';
import { Waiting } from './parts';
import { currentVisit, endVisit } from './session';

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

  useEffect(() => {
    currentVisit()
      .then((found) => {
        setVisit(found?.scope === ENROL ? null : found);
        setGate(!found ? 'out' : found.scope === ENROL ? 'enrol' : 'in');
      })
      .catch(() => setGate('out'));
  }, []);

  const goOn = useWaiting(visit !== null, () => setGate((now) => (now === 'idle' ? now : 'lost')));

  const rest = useCallback(() => {
    setGate('idle');
    void endVisit().catch(() => undefined);
  }, []);

  const leave = useCallback(() => {
    wipeDrafts();
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
      goOn();
    },
    [visit, goOn],
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

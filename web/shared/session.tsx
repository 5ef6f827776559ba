/* Who sits at this page. A lock ends the session at the bank as well; logging in again, over the page, goes on with it. */

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
import { Alert, Button, Input, Spin } from 'antd';
import { type ApiError, asApiError, logIn, logOut, whenSessionIsLost, whoAmI } from './api/client';
import type { Me } from './api/types';
import { wipeDrafts } from './drafts';
import { useFaultText } from './faults';
import { useI18n } from './i18n';
import { LanguageSwitch } from './LanguageSwitch';

const IDLE_MS = 10 * 60 * 1000;
const LOCKED = 'liushui.locked';

interface Session {
  me: Me;
  lock: () => void;
  leave: () => void;
}

type Gate = 'asking' | 'out' | 'locked' | 'lost' | 'in';
const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const found = useContext(Context);
  if (!found) throw new Error('no SessionProvider above');
  return found;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [me, setMe] = useState<Me | null>(null);
  const [gate, setGate] = useState<Gate>('asking');
  const waiting = useRef<(() => void)[]>([]);

  useEffect(() => {
    const lockedFor = sessionStorage.getItem(LOCKED);
    whoAmI()
      .then((found) => {
        setMe(found ?? null);
        setGate(found ? 'in' : lockedFor ? 'locked' : 'out');
      })
      .catch(() => setGate('out'));
  }, []);

  useEffect(() => {
    if (!me) return undefined;
    whenSessionIsLost(
      () =>
        new Promise((resolve) => {
          waiting.current.push(resolve);
          setGate((now) => (now === 'locked' ? now : 'lost'));
        }),
    );
    return () => whenSessionIsLost(null);
  }, [me]);

  const lock = useCallback(() => {
    if (!me) return;
    sessionStorage.setItem(LOCKED, me.number);
    setGate('locked');
    void logOut().catch(() => undefined);
  }, [me]);

  const leave = useCallback(() => {
    wipeDrafts();
    sessionStorage.removeItem(LOCKED);
    void logOut()
      .catch(() => undefined)
      .finally(() => {
        setMe(null);
        setGate('out');
      });
  }, []);

  useIdle(gate === 'in', lock);

  const entered = useCallback(
    (found: Me) => {
      const before = me?.number ?? sessionStorage.getItem(LOCKED);
      sessionStorage.removeItem(LOCKED);
      if (me && before !== found.number) {
        window.location.reload(); // somebody else: nothing on the page is theirs
        return;
      }
      setMe(found);
      setGate('in');
      waiting.current.splice(0).forEach((goOn) => goOn());
    },
    [me],
  );

  const session = useMemo(() => (me ? { me, lock, leave } : null), [me, lock, leave]);
  const closed = gate !== 'in';
  return (
    <>
      {session && (
        <div className="page" inert={closed} aria-hidden={closed}>
          <Context.Provider value={session}>{children}</Context.Provider>
        </div>
      )}
      {gate === 'asking' && <Spin className="page-wait" />}
      {(gate === 'out' || gate === 'locked' || gate === 'lost') && (
        <LogIn
          reason={gate}
          number={me?.number ?? sessionStorage.getItem(LOCKED) ?? ''}
          onEntered={entered}
        />
      )}
    </>
  );
}

/** Call ``onIdle`` after ten minutes without a key or a touch. */
function useIdle(active: boolean, onIdle: () => void): void {
  useEffect(() => {
    if (!active) return undefined;
    let timer = window.setTimeout(onIdle, IDLE_MS);
    const again = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(onIdle, IDLE_MS);
    };
    const signs = ['keydown', 'pointerdown', 'wheel'] as const;
    signs.forEach((sign) => window.addEventListener(sign, again, { passive: true }));
    return () => {
      window.clearTimeout(timer);
      signs.forEach((sign) => window.removeEventListener(sign, again));
    };
  }, [active, onIdle]);
}

type LogInProps = { reason: 'out' | 'locked' | 'lost'; number: string; onEntered: (me: Me) => void };

function LogIn({ reason, number: known, onEntered }: LogInProps) {
  const { t } = useI18n();
  const faultText = useFaultText();
  const [number, setNumber] = useState(known);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const enter = async () => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      onEntered(await logIn(number.trim().toUpperCase(), password));
    } catch (failed) {
      setError(asApiError(failed));
    } finally {
      setBusy(false);
      setPassword('');
    }
  };
  const titles = { out: t('login.title'), locked: t('login.locked'), lost: t('login.lost') };
  return (
    <div
      className={reason === 'out' ? 'login' : 'login login-over'}
      role={reason === 'out' ? undefined : 'dialog'}
      aria-modal={reason === 'out' ? undefined : true}
      aria-labelledby="login-title"
    >
      <main className="login-card">
        <div className="login-head">
          <span className="brand">{t('brand')}</span>
          <LanguageSwitch />
        </div>
        <h1 id="login-title">{titles[reason]}</h1>
        {reason !== 'out' && <p className="quiet">{t('login.nothingLost')}</p>}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void enter();
          }}
        >
          <label htmlFor="login-number">{t('login.number')}</label>
          <Input
            id="login-number"
            autoComplete="username"
            value={number}
            autoFocus={!known}
            onChange={(event) => setNumber(event.target.value)}
          />
          <label htmlFor="login-password">{t('login.password')}</label>
          <Input
            id="login-password"
            type="password"
            autoComplete="current-password"
            value={password}
            autoFocus={Boolean(known)}
            onChange={(event) => setPassword(event.target.value)}
          />
          <div aria-live="assertive">{error && <Alert type="error" showIcon title={faultText(error)} />}</div>
          <Button type="primary" htmlType="submit" block loading={busy} disabled={!number || !password}>
            {reason === 'out' ? t('login.enter') : t('login.goOn')}
          </Button>
        </form>
      </main>
    </div>
  );
}

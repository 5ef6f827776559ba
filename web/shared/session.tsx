/* Who sits at this page. A lock ends the session at the bank as well; logging in again, over the page, goes on with it. */

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Alert, Button, Input, Spin } from 'antd';
import { type ApiError, asApiError, logIn, logOut, whoAmI } from './api/client';
import type { Me } from './api/types';
import { wipeDrafts } from './drafts';
import { useFaultText } from './faults';
import { useI18n } from './i18n';
import { LanguageSwitch } from './LanguageSwitch';
import { useIdle, useWaiting } from './presence';

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

  useEffect(() => {
    const lockedFor = sessionStorage.getItem(LOCKED);
    whoAmI()
      .then((found) => {
        setMe(found ?? null);
        setGate(found ? 'in' : lockedFor ? 'locked' : 'out');
      })
      .catch(() => setGate('out'));
  }, []);

  const goOn = useWaiting(me !== null, () => setGate((now) => (now === 'locked' ? now : 'lost')));

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
      goOn();
    },
    [me, goOn],
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

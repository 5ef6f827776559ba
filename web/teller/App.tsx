import { useEffect } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { get } from '../shared/api/client';
import type { MyTill } from '../shared/api/types';
import { LanguageSwitch } from '../shared/LanguageSwitch';
import { useI18n, type Key } from '../shared/i18n';
import { useSession } from '../shared/session';
import { useLoad } from '../shared/useLoad';
import { LookUp } from './LookUp';
import { Workbench } from './Workbench';
import { WorkbenchProvider } from './workbenchState';
import { Worklist } from './Worklist';

const TELLER = 'teller';
const LOOK_AGAIN_MS = 20_000;
const PLACES: { path: string; title: Key }[] = [
  { path: '/', title: 'nav.workbench' },
  { path: '/worklist', title: 'nav.worklist' },
  { path: '/look-up', title: 'nav.lookUp' },
];

export function App() {
  return (
    <Router base="/teller">
      <WorkbenchProvider>
        <Frame />
      </WorkbenchProvider>
    </Router>
  );
}

function Frame() {
  const { t } = useI18n();
  const { me, lock, leave } = useSession();
  const [place] = useLocation();
  const here = PLACES.find((one) =>
    one.path === '/' ? place === '/' || place === '' : place.startsWith(one.path),
  );
  useEffect(() => {
    document.title = `${here ? t(here.title) : ''} · ${t('brand')}`;
  }, [here, t]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.shiftKey || event.metaKey) return;
      if (event.key === 'F8') lock();
      else if (event.key === 'F9') document.querySelector<HTMLFormElement>('main form.form')?.requestSubmit();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [lock]);
  return (
    <div className="frame">
      <header className="top">
        <span className="brand">{t('brand')}</span>
        <nav aria-label={t('nav.label')}>
          {PLACES.map((one) => (
            <Link
              key={one.path}
              href={one.path}
              className={one === here ? 'here' : ''}
              aria-current={one === here ? 'page' : undefined}
            >
              {t(one.title)}
            </Link>
          ))}
        </nav>
        {me.roles.includes(TELLER) && <Till />}
        <span className="who">{t('nav.who', { number: me.number, branch: me.branch })}</span>
        <LanguageSwitch />
        <button type="button" className="plain-button" onClick={lock}>
          {t('nav.lock')}
        </button>
        <button type="button" className="plain-button" onClick={leave}>
          {t('nav.leave')}
        </button>
      </header>
      <main>
        <Switch>
          <Route path="/worklist/:task?">{(found) => <Worklist task={Number(found.task) || null} />}</Route>
          <Route path="/look-up">
            <LookUp />
          </Route>
          <Route>
            <Workbench />
          </Route>
        </Switch>
      </main>
    </div>
  );
}

/** The till that this person keeps, always in sight; never what is in it. */
function Till() {
  const { t } = useI18n();
  const { value } = useLoad('my till', () => get<MyTill>('/v1/cash/my-till'), LOOK_AGAIN_MS);
  if (!value) return null;
  if (value.till === null) return <span className="till">{t('till.none')}</span>;
  const text =
    value.state === 'open' ? t('till.open', { till: value.till }) : t('till.away', { till: value.till });
  return (
    <span className="till">
      {text}
      {value.hand_in && <strong> {t('till.handIn')}</strong>}
    </span>
  );
}

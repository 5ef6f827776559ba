import { useEffect } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { get } from '../shared/api/client';
import type { MyTill as Mine } from '../shared/api/types';
import { LanguageSwitch } from '../shared/LanguageSwitch';
import { useI18n, type Key } from '../shared/i18n';
import { useSession } from '../shared/session';
import { useLoad } from '../shared/useLoad';
import { Customers } from './Customers';
import { Journal } from './Journal';
import { MyTill } from './MyTill';
import { Workbench } from './Workbench';
import { useWorkbench, WorkbenchProvider } from './workbenchState';
import { Worklist } from './Worklist';

const TELLER = 'teller';
const LOOK_AGAIN_MS = 20_000;
/** roles, permission: to whom a page is of use; without them, to everybody. */
interface Where {
  path: string;
  title: Key;
  roles?: string[];
  permission?: string;
}
const PLACES: Where[] = [
  { path: '/', title: 'nav.workbench' },
  { path: '/worklist', title: 'nav.worklist' },
  { path: '/till', title: 'nav.till', roles: [TELLER, 'supervisor'] },
  { path: '/journal', title: 'nav.journal', permission: 'journal_read' },
  { path: '/look-up', title: 'nav.lookUp', permission: 'customer_read' },
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
  const places = PLACES.filter(
    (one) =>
      (!one.roles || one.roles.some((role) => me.roles.includes(role))) &&
      (!one.permission || me.permissions.includes(one.permission)),
  );
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
          {places.map((one) => (
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
          <Route path="/till">
            <MyTill />
          </Route>
          <Route path="/journal">
            <Journal />
          </Route>
          <Route path="/look-up">
            <Customers />
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
  const { tabs } = useWorkbench();
  const { value, reload } = useLoad('my till', () => get<Mine>('/v1/cash/my-till'), LOOK_AGAIN_MS);
  const cases = tabs.map((tab) => `${tab.id} ${tab.case}`).join();
  useEffect(reload, [cases, reload]); // what somebody has just done may have changed it
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

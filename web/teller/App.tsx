import { useEffect } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { get } from '../shared/api/client';
import type { MyTill as Mine } from '../shared/api/types';
import { useI18n, type Key } from '../shared/i18n';
import { isFor, type ForWhom } from '../shared/places';
import { useSession } from '../shared/session';
import { StaffBar } from '../shared/StaffBar';
import { useLoad } from '../shared/useLoad';
import { Customers } from './Customers';
import { Journal } from './Journal';
import { MyTill } from './MyTill';
import { Workbench } from './Workbench';
import { useWorkbench, WorkbenchProvider } from './workbenchState';
import { Worklist } from './Worklist';

const TELLER = 'teller';
const LOOK_AGAIN_MS = 20_000;
interface Where extends ForWhom {
  path: string;
  title: Key;
}
const PLACES: Where[] = [
  { path: '/', title: 'nav.workbench' },
  { path: '/worklist', title: 'nav.worklist' },
  { path: '/till', title: 'nav.till', roles: [TELLER, 'supervisor'] },
  { path: '/journal', title: 'nav.journal', permission: 'journal_read' },
  { path: '/look-up', title: 'nav.lookUp', permission: 'customer_read' },
];

const CONSOLE: ForWhom = { permission: ['overview_read', 'product_read', 'staff_manage'] };

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
  const { me } = useSession();
  const [place] = useLocation();
  const places = PLACES.filter((one) => isFor(me, one));
  const here = PLACES.find((one) =>
    one.path === '/' ? place === '/' || place === '' : place.startsWith(one.path),
  );
  useEffect(() => {
    document.title = `${here ? t(here.title) : ''} · ${t('brand')}`;
  }, [here, t]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F9' || event.ctrlKey || event.altKey || event.shiftKey || event.metaKey) return;
      event.preventDefault();
      document.querySelector<HTMLFormElement>('main form.form')?.requestSubmit();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="frame">
      <StaffBar>
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
          {isFor(me, CONSOLE) && <a href="/console/">{t('nav.console')}</a>}
        </nav>
        {me.roles.includes(TELLER) && <Till />}
      </StaffBar>
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

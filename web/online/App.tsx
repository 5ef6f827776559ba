import { useEffect, type ReactNode } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { LanguageSwitch } from '../shared/LanguageSwitch';
import { useI18n, type Key } from '../shared/words';
import { Account } from './Account';
import { CasePage } from './CasePage';
import { Deposit } from './Deposit';
import { Deposits } from './Deposits';
import { Waves } from './Entry';
import { Home } from './Home';
import { Me } from './Me';
import { MineProvider } from './money';
import { NewRequest } from './NewRequest';
import { Orders } from './Orders';
import { Requests } from './Requests';
import { SecondAccount } from './SecondAccount';
import { Transfer } from './Transfer';
import { useVisit } from './visit';

const PLACES: { path: string; title: Key; picture: ReactNode }[] = [
  { path: '/', title: 'online.nav.home', picture: <path d="M4 11 12 4l8 7v9h-5v-6H9v6H4z" /> },
  {
    path: '/transfer',
    title: 'online.nav.transfer',
    picture: <path d="M4 8h13m0 0-4-4m4 4-4 4M20 16H7m0 0 4-4m-4 4 4 4" />,
  },
  {
    path: '/deposits',
    title: 'online.nav.deposits',
    picture: <path d="m6 4 6 8 6-8M12 12v8M7 12.5h10M7 16.5h10" />,
  },
  { path: '/requests', title: 'online.nav.requests', picture: <path d="M6 3h9l4 4v14H6zM9 11h7M9 15h7" /> },
  {
    path: '/me',
    title: 'online.nav.me',
    picture: <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3.6-6.5 8-6.5s8 2.5 8 6.5" />,
  },
];

export function App() {
  return (
    <Router base="/online">
      <MineProvider>
        <Frame />
      </MineProvider>
    </Router>
  );
}

function Frame() {
  const { t } = useI18n();
  const { leave } = useVisit();
  const [place] = useLocation();
  const here = PLACES.find((one) =>
    one.path === '/'
      ? place === '/' || place === '' || place.startsWith('/account')
      : place.startsWith(one.path),
  );
  useEffect(() => {
    document.title = `${here ? t(here.title) : ''} · ${t('online.brand')}`;
    window.scrollTo(0, 0);
  }, [here, place, t]);
  return (
    <div className="frame">
      <header className="head">
        <span className="brand">
          <Waves />
          {t('online.brand')}
        </span>
        <LanguageSwitch />
        <button type="button" className="plain-button" onClick={leave}>
          {t('nav.leave')}
        </button>
      </header>
      <nav className="tabs" aria-label={t('nav.label')}>
        {PLACES.map((one) => (
          <Link
            key={one.path}
            href={one.path}
            className={one === here ? 'tab here' : 'tab'}
            aria-current={one === here ? 'page' : undefined}
          >
            <svg
              viewBox="0 0 24 24"
              width="24"
              height="24"
              aria-hidden="true"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.7"
              strokeLinejoin="round"
              strokeLinecap="round"
            >
              {one.picture}
            </svg>
            <span>{t(one.title)}</span>
          </Link>
        ))}
      </nav>
      <main className="sheet">
        <Switch>
          <Route path="/account/:place">{(found) => <Account place={Number(found.place)} />}</Route>
          <Route path="/account-new">
            <SecondAccount />
          </Route>
          <Route path="/transfer">
            <Transfer />
          </Route>
          <Route path="/transfer/orders">
            <Orders />
          </Route>
          <Route path="/deposits">
            <Deposits />
          </Route>
          <Route path="/deposits/:place">{(found) => <Deposit place={Number(found.place)} />}</Route>
          <Route path="/requests">
            <Requests />
          </Route>
          <Route path="/requests/new/:process">
            {(found) => <NewRequest key={found.process} process={found.process} />}
          </Route>
          <Route path="/requests/:case">
            {(found) => <CasePage key={found.case} number={Number(found.case)} />}
          </Route>
          <Route path="/me">
            <Me />
          </Route>
          <Route>
            <Home />
          </Route>
        </Switch>
      </main>
    </div>
  );
}

/* The console (管理台) of the bank's managers: the pages in groups at the side, one of them open. */

import { Suspense, useEffect, useState } from 'react';
import { Alert, Spin } from 'antd';
import { Link, Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { useI18n } from '../shared/i18n';
import { isFor } from '../shared/places';
import { rightName } from '../shared/rights';
import { useSession } from '../shared/session';
import { StaffBar } from '../shared/StaffBar';
import { GROUPS, PAGES, type Group, type Page } from './pages';

export function App() {
  return (
    <Router base="/console">
      <Frame />
    </Router>
  );
}

function Frame() {
  const { t } = useI18n();
  const { me } = useSession();
  const [place] = useLocation();
  const [unfolded, setUnfolded] = useState(false);
  const mine = PAGES.filter((page) => isFor(me, page));
  const here = PAGES.find((page) => place === page.path || place.startsWith(`${page.path}/`));
  useEffect(() => {
    document.title = `${here ? t(here.title) : t('console.title')} · ${t('brand')}`;
  }, [here, t]);
  useEffect(() => setUnfolded(false), [place]);
  return (
    <div className="frame console">
      <StaffBar>
        <span className="console-name">{t('console.title')}</span>
        <nav aria-label={t('console.elsewhere')}>
          <a href="/teller/">{t('nav.workbench')}</a>
        </nav>
      </StaffBar>
      <div className="console-body">
        <div className="side">
          <button
            type="button"
            className="side-button"
            aria-expanded={unfolded}
            aria-controls="side-pages"
            onClick={() => setUnfolded(!unfolded)}
          >
            <span aria-hidden="true">☰</span> {here ? t(here.title) : t('console.pages')}
          </button>
          <nav
            id="side-pages"
            aria-label={t('nav.label')}
            className={unfolded ? 'side-pages unfolded' : 'side-pages'}
          >
            {(Object.keys(GROUPS) as Group[]).map((group) => (
              <PagesOf
                key={group}
                group={group}
                pages={mine.filter((page) => page.group === group)}
                here={here}
              />
            ))}
          </nav>
        </div>
        <main>
          <Suspense fallback={<Spin className="page-wait" />}>
            <Switch>
              {PAGES.map((page) => (
                <Route key={page.path} path={page.path} nest>
                  {isFor(me, page) ? <page.Body /> : <NotYours page={page} />}
                </Route>
              ))}
              <Route>{mine[0] ? <Redirect to={mine[0].path} replace /> : <Nothing />}</Route>
            </Switch>
          </Suspense>
        </main>
      </div>
    </div>
  );
}

function PagesOf({ group, pages, here }: { group: Group; pages: readonly Page[]; here: Page | undefined }) {
  const { t } = useI18n();
  if (pages.length === 0) return null;
  return (
    <section>
      <h2>{t(GROUPS[group])}</h2>
      <ul>
        {pages.map((page) => (
          <li key={page.path}>
            <Link
              href={page.path}
              className={page === here ? 'here' : ''}
              aria-current={page === here ? 'page' : undefined}
            >
              {t(page.title)}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Somebody came by an address to a page that none of their roles opens: said before anything is asked. */
function NotYours({ page }: { page: Page }) {
  const { t } = useI18n();
  const rights = [page.permission ?? []].flat().map((right) => rightName(right, t));
  return (
    <section className="place" aria-label={t(page.title)}>
      <h1>{t(page.title)}</h1>
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={t('console.notYours', { page: t(page.title) })}
        description={t('console.notYoursMore', { rights: rights.join(' / ') })}
      />
    </section>
  );
}

function Nothing() {
  const { t } = useI18n();
  return (
    <section className="place" aria-label={t('console.title')}>
      <Alert
        type="info"
        showIcon
        title={t('console.nothing')}
        description={<a href="/teller/">{t('nav.workbench')}</a>}
      />
    </section>
  );
}

/* The bar above every page of the staff: where one is, who one is, the other language, lock and log out. */

import { useEffect, type ReactNode } from 'react';
import { useI18n } from './i18n';
import { LanguageSwitch } from './LanguageSwitch';
import { useSession } from './session';

/** F8 locks, wherever one is. */
export function StaffBar({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const { me, lock, leave } = useSession();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F8' || event.ctrlKey || event.altKey || event.shiftKey || event.metaKey) return;
      event.preventDefault();
      lock();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [lock]);
  return (
    <header className="top">
      <span className="brand">{t('brand')}</span>
      {children}
      <span className="who">{t('nav.who', { number: me.number, branch: me.branch })}</span>
      <LanguageSwitch />
      <button type="button" className="plain-button" onClick={lock}>
        {t('nav.lock')}
      </button>
      <button type="button" className="plain-button" onClick={leave}>
        {t('nav.leave')}
      </button>
    </header>
  );
}

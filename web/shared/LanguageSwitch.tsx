import { useI18n } from './words';

/** The other language, in its own words. */
export function LanguageSwitch() {
  const { language, setLanguage, t } = useI18n();
  const other = language === 'en' ? 'zh-CN' : 'en';
  return (
    <button type="button" className="plain-button" lang={other} onClick={() => setLanguage(other)}>
      {t('language.other')}
    </button>
  );
}

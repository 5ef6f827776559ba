import { Alert, Button } from 'antd';
import { useI18n, type Key } from './i18n';

const NAMES: Record<string, Key> = { activation_code: 'once.activationCode' };

export type Once = Record<string, string>;

export function isAnything(once: Once): boolean {
  return Object.keys(once).length > 0;
}

/** What an answer shows this one time. It stays until somebody says that they have handed it over, and is kept nowhere. */
export function ShownOnce({ once, onSeen }: { once: Once; onSeen: () => void }) {
  const { t } = useI18n();
  return (
    <Alert
      type="warning"
      showIcon
      className="form-fault"
      title={t('once.title')}
      description={Object.entries(once).map(([name, secret]) => (
        <p key={name}>
          {NAMES[name] ? t(NAMES[name]) : name}: <strong className="once">{secret}</strong>
        </p>
      ))}
      action={<Button onClick={onSeen}>{t('once.seen')}</Button>}
    />
  );
}

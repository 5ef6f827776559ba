import { Alert } from 'antd';
import type { TaskView } from './api/types';
import type { Names } from './CaseWay';
import { partOf, useI18n } from './i18n';
import { useSession } from './session';

const INITIATOR = 'initiator';

/** Who has had a hand in the case and must therefore keep out of this task, the reader above all. */
export function FourEyes({ task, names }: { task: TaskView; names: Names }) {
  const { t, language } = useI18n();
  const { me } = useSession();
  if (task.kept_out.length === 0) return null;
  const didWhat = (element: string) => {
    if (element === INITIATOR) return t('eyes.initiator');
    if (element === '') return t('eyes.named');
    return partOf(names.get(element) ?? element, language);
  };
  const mine = task.kept_out.some((one) => one.person === me.number);
  const people = task.kept_out.map((one) => (
    <li key={one.person + one.element}>
      {t('eyes.person', { person: one.person, what: didWhat(one.element) })}
    </li>
  ));
  if (mine) return <Alert type="warning" showIcon title={t('eyes.you')} description={<ul>{people}</ul>} />;
  return (
    <section className="eyes" aria-label={t('eyes.title')}>
      <h3>{t('eyes.title')}</h3>
      <ul>{people}</ul>
    </section>
  );
}

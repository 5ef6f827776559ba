/* Another account, opened without the counter: of class II or III, bound to the customer's own class I account. */

import { useI18n } from '../shared/words';
import { NewRequest } from './NewRequest';
import { Facts } from './parts';

export function SecondAccount() {
  const { t } = useI18n();
  return (
    <NewRequest process="open_second_account">
      <section className="card">
        <h2>{t('online.second.kinds')}</h2>
        <Facts
          rows={[
            [t('online.class.2'), t('online.second.class2')],
            [t('online.class.3'), t('online.second.class3')],
          ]}
        />
      </section>
    </NewRequest>
  );
}

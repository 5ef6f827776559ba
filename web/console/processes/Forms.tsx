/* The forms of a version, field by field. */

import type { FormFieldView, FormOfModel } from '../../shared/api/processTypes';
import { labelOf, useI18n } from '../../shared/i18n';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useWord } from './ui';
import { FIELD_TYPES } from './words';

export function Forms({ forms }: { forms: readonly FormOfModel[] }) {
  const { t, language } = useI18n();
  const word = useWord();
  const columns: Column<FormFieldView>[] = [
    { key: 'label', title: t('processes.field'), cell: (field) => labelOf(field, language) },
    { key: 'name', title: t('processes.variable'), cell: (field) => <code>{field.name}</code> },
    { key: 'type', title: t('processes.attrType'), cell: (field) => word(FIELD_TYPES, field.type) },
    {
      key: 'required',
      title: t('processes.attrRequired'),
      cell: (field) => (field.required ? t('value.yes') : ''),
    },
    {
      key: 'secret',
      title: t('processes.attrSecret'),
      cell: (field) => (field.secret ? t('value.yes') : ''),
    },
    {
      key: 'choices',
      title: t('processes.attrChoices'),
      cell: (field) => (
        <div className="lines">
          {Object.values(field.choices)
            .map((one) => labelOf({ zh: one['zh'] ?? '', en: one['en'] ?? '' }, language))
            .join(language === 'en' ? ', ' : '、')}
        </div>
      ),
    },
  ];
  if (forms.length === 0) return <p className="empty">{t('value.none')}</p>;
  return (
    <div className="sections">
      {forms.map((form) => (
        <section key={form.form} id={form.form} aria-label={labelOf(form, language)}>
          <h2>
            {labelOf(form, language)} <code className="quiet">{form.form}</code>
          </h2>
          {form.fields.length === 0 ? (
            <p className="quiet">{t('processes.noFields')}</p>
          ) : (
            <ScrolledTable
              label={labelOf(form, language)}
              columns={columns}
              rows={form.fields}
              keyOf={(field) => field.name}
            />
          )}
        </section>
      ))}
    </div>
  );
}

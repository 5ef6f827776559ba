import type { AttachmentView } from './api/types';
import { useI18n } from './i18n';

/** What has been put to the case, beside the form: pictures in sight, papers a click away. */
export function Documents({ task, files }: { task: number; files: readonly AttachmentView[] }) {
  const { t } = useI18n();
  return (
    <section className="documents" aria-label={t('documents.title')}>
      <h3>{t('documents.title')}</h3>
      <ul>
        {files.map((file) => {
          const path = `/v1/tasks/${task}/attachments/${file.id}`;
          return (
            <li key={file.id}>
              {file.media_type.startsWith('image/') && (
                <a href={path} target="_blank" rel="noreferrer">
                  <img src={path} alt={t('documents.picture', { name: file.name })} loading="lazy" />
                </a>
              )}
              <a href={path} target="_blank" rel="noreferrer">
                {t('comments.file', { name: file.name, size: Math.ceil(file.size / 1024) })}
              </a>{' '}
              <span className="quiet">{file.author}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

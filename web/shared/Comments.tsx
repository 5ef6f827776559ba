import { useState } from 'react';
import { Alert, Button, Input } from 'antd';
import { type ApiError, asApiError, newKey, post } from './api/client';
import type { AttachmentView, TaskView } from './api/types';
import { useFaultText } from './faults';
import { useI18n } from './i18n';
import { showMoment } from './moments';

/** What people have written on a task and put to it. */
export function Comments({ task, onAdded }: { task: TaskView; onAdded: () => void }) {
  const { t, language } = useI18n();
  const faultText = useFaultText();
  const [text, setText] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const perform = (work: Promise<unknown>) => {
    setError(null);
    work
      .then(() => {
        setText('');
        onAdded();
      })
      .catch((failed: unknown) => setError(asApiError(failed)));
  };
  const attach = (file: File | undefined) => {
    if (!file) return;
    const path = `/v1/tasks/${task.task}/attachments?name=${encodeURIComponent(file.name)}`;
    perform(post(path, file, newKey()));
  };
  return (
    <section className="comments" aria-label={t('comments.title')}>
      <h3>{t('comments.title')}</h3>
      {task.comments.map((one) => (
        <p key={one.id}>
          <span className="quiet">
            {one.author} {showMoment(one.written_at, language)}
          </span>{' '}
          {one.text}
        </p>
      ))}
      {task.attachments.map((one) => (
        <p key={one.id}>
          <span className="quiet">
            {one.author} {showMoment(one.added_at, language)}
          </span>{' '}
          <Attachment task={task.task} file={one} />
        </p>
      ))}
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      <div className="comments-add">
        <label className="field-label" htmlFor={`comment-${task.task}`}>
          {t('comments.write')}
        </label>
        <Input.TextArea
          id={`comment-${task.task}`}
          rows={2}
          value={text}
          maxLength={2000}
          onChange={(event) => setText(event.target.value)}
        />
        <Button
          disabled={!text.trim()}
          onClick={() => perform(post(`/v1/tasks/${task.task}/comments`, { text: text.trim() }, newKey()))}
        >
          {t('comments.add')}
        </Button>
        <label className="file-button">
          {t('comments.attach')}
          <input
            type="file"
            accept="application/pdf,image/png,image/jpeg"
            className="file-input"
            onChange={(event) => attach(event.target.files?.[0])}
          />
        </label>
      </div>
    </section>
  );
}

function Attachment({ task, file }: { task: number; file: AttachmentView }) {
  const { t } = useI18n();
  return (
    <a href={`/v1/tasks/${task}/attachments/${file.id}`} download={file.name}>
      {t('comments.file', { name: file.name, size: Math.ceil(file.size / 1024) })}
    </a>
  );
}

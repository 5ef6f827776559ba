import { createRoot } from 'react-dom/client';
import { WordsProvider } from '../shared/words';
import { App } from './App';
import { VisitProvider } from './visit';
import '../shared/page.css';
import './online.css';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <WordsProvider>
      <VisitProvider>
        <App />
      </VisitProvider>
    </WordsProvider>,
  );
}

/* What the page is made of, and nothing that the bank has answered, is kept for a slow line or none. */
if ('serviceWorker' in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register('/online/worker.js', { scope: '/online/' }).catch(() => undefined);
}

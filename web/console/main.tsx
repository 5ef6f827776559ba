import { createRoot } from 'react-dom/client';
import { LanguageProvider } from '../shared/i18n';
import { SessionProvider } from '../shared/session';
import { App } from './App';
import '../shared/page.css';
import '../shared/staff.css';
import './console.css';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <LanguageProvider>
      <SessionProvider>
        <App />
      </SessionProvider>
    </LanguageProvider>,
  );
}

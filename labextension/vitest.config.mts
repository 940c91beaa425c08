import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// JupyterLab's packages import an icon's file and expect its text.
const rawSvg = {
  name: 'raw-svg',
  enforce: 'pre' as const,
  load(id: string) {
    const file = id.split('?')[0];
    return file.endsWith('.svg')
      ? `export default ${JSON.stringify(readFileSync(file, 'utf8'))};`
      : undefined;
  }
};

export default defineConfig({
  plugins: [rawSvg],
  test: {
    environment: 'jsdom',
    setupFiles: ['./vitest.setup.ts'],
    include: ['src/**/*.spec.{ts,tsx}'],
    css: false,
    server: { deps: { inline: [/@jupyterlab\//, /@jupyter\//, /@lumino\//, /@microsoft\//] } }
  }
});

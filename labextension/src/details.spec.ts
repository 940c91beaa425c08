import { describe, expect, it, vi } from 'vitest';

import { CommandIDs } from './commands';
import { byKind } from './components/freeSpace';
import { target, visible } from './components/virtualList';
import { totals } from './format';
import { aDetail } from './testing/details';
import { aJob, anEnvironment, aPlan } from './testing/server';
import { started } from './testing/started';
import { nullTranslator } from '@jupyterlab/translation';
import type { Collection, Verification } from './tokens';

const environment = 'penguins';
const GET = 'GET environments/penguins';

async function looking() {
  const all = await started();
  all.server.answer(GET, aDetail());
  await all.commands.execute(CommandIDs.details, { environment });
  return { ...all, details: all.state.details };
}

describe('details', () => {
  it('are read when they are opened and forgotten when they are closed', async () => {
    const { details, revealed } = await looking();
    expect(details.data?.package_list).toHaveLength(1);
    expect(revealed).toContain('panel');
    details.close();
    expect([details.name, details.data, details.left]).toEqual([null, null, environment]);
  });

  it('say why they cannot be read, and keep what they knew', async () => {
    const { details, server } = await looking();
    server.answer(GET, { message: 'Gone.', code: 'not-found' }, 404);
    await details.refresh();
    expect(details.error?.message).toBe('Gone.');
    expect(details.data).not.toBeNull();
  });

  it('are read again when the list says that it is another one', async () => {
    const { details, environments, server } = await looking();
    await environments.refresh();
    expect(server.count(GET)).toBe(1);
    server.answer('GET environments', { environments: [anEnvironment({ generation: '2' })] });
    server.answer(GET, aDetail({ generation: '2' }));
    await environments.refresh();
    await vi.waitFor(() => expect(details.data?.generation).toBe('2'));
  });

  it('tell the list what they saw', async () => {
    const { details, environments, server } = await looking();
    server.answer(GET, aDetail({ condition: 'changed-by-pip' }));
    await details.refresh();
    expect(environments.byName(environment)?.condition).toBe('changed-by-pip');
    expect(server.count('GET environments')).toBe(1);
    expect(server.count(`${GET}/size`)).toBe(0);
  });

  it('have the bytes of another tool’s environment counted once', async () => {
    const { server, environments, state } = await started();
    const size = { own: 0, shared: 0 };
    server.answer('GET environments', { environments: [anEnvironment({ foreign: true, size })] });
    server.answer(GET, aDetail({ foreign: true, size }));
    server.answer(`${GET}/size`, { own: 3e9, shared: 0 });
    await environments.refresh();
    await state.details.open(environment);
    expect(state.details.counting).toBe(true);
    await vi.waitFor(() => expect(environments.byName(environment)?.size.own).toBe(3e9));
    await state.details.refresh();
    expect(environments.byName(environment)?.size.own).toBe(3e9);
    expect([state.details.counting, server.count(`${GET}/size`)]).toEqual([false, 1]);
  });

  it('follow a new name', async () => {
    const { details, jobs, server } = await looking();
    server.answer('GET environments/gulls', aDetail({ name: 'gulls' }));
    const result = anEnvironment({ name: 'gulls' });
    jobs.follow(aJob({ kind: 'rename', environment, state: 'done', result }));
    await vi.waitFor(() => expect(details.data?.name).toBe('gulls'));
  });

  it('change packages by a plan and its hash', async () => {
    const { commands, details, server } = await looking();
    const plan = aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan() });
    server.answer('PATCH environments/penguins', plan, 202);
    await commands.execute(CommandIDs.change, { environment, update: ['pandas'] });
    const asked = () => server.asked.filter(({ method }) => method === 'PATCH').map(a => a.body);
    expect(asked()).toEqual([{ update: ['pandas'], dry_run: true }]);
    expect(details.draft.plan?.hash).toBe('h1');
    server.answer('PATCH environments/penguins', aJob({ kind: 'change' }), 202);
    await commands.execute(CommandIDs.confirmChange);
    expect(asked()[1]).toEqual({ update: ['pandas'], plan: 'h1' });
  });

  it('propose nothing where nothing is asked for', async () => {
    const { commands, server } = await looking();
    await commands.execute(CommandIDs.change, { environment });
    expect(server.asked.some(({ method }) => method === 'PATCH')).toBe(false);
  });

  it('go back to an earlier state', async () => {
    const { commands, details, server, jobs } = await looking();
    const plan = aJob({ id: 'p1', kind: 'plan', state: 'done', result: aPlan() });
    server.answer('POST environments/penguins/rollback', plan, 202);
    await commands.execute(CommandIDs.rollback, { environment, generation: 'g1' });
    const asked = () => server.asked.filter(({ path }) => path.endsWith('rollback'));
    expect(asked()[0].body).toEqual({ generation: 'g1', dry_run: true });
    expect(details.draft.request).toEqual({ environment, generation: 'g1' });
    server.answer('POST environments/penguins/rollback', aJob({ kind: 'rollback' }), 202);
    await commands.execute(CommandIDs.confirmChange);
    expect(asked()[1].body).toEqual({ generation: 'g1', plan: 'h1' });
    expect(details.draft.request).toBeNull();
    expect(jobs.items.map(job => job.kind)).toContain('rollback');
  });

  it('look for newer versions when asked, and forget them with the packages they were for', async () => {
    const { commands, details, server, environments } = await looking();
    const packages = [{ name: 'numpy', version: '1', newest: '2', channel: 'c' }];
    server.answer('GET environments/penguins/newer', { channels: ['c'], packages, unchecked: 0 });
    expect(server.count('GET environments/penguins/newer')).toBe(0);
    await commands.execute(CommandIDs.lookForNewer, { environment });
    expect(details.newer?.packages).toEqual(packages);
    server.answer('GET environments/penguins/newer', { message: 'Down.' }, 502);
    await commands.execute(CommandIDs.lookForNewer, { environment });
    expect([details.newer, details.error?.message]).toEqual([null, 'Down.']);
    const late = details.lookForNewer();
    server.answer('GET environments', { environments: [anEnvironment({ generation: '2' })] });
    await environments.refresh();
    await late;
    expect([details.newer, details.lookingForNewer]).toEqual([null, false]);
  });

  it('compare files, and show the result in their place', async () => {
    const { commands, details, server, jobs } = await looking();
    const job = aJob({ id: 'v1', kind: 'verify' });
    server.answer('POST environments/penguins/verify', job, 202);
    const done = commands.execute(CommandIDs.verify, { environment });
    await vi.waitFor(() => expect(details.verifying).not.toBeNull());
    expect(details.owns(job)).toBe(true);
    const damaged = [
      { name: 'a', version: '1', manager: 'conda' as const, changed: ['x.py'], missing: [] }
    ];
    const result: Verification = { ok: false, packages: 1, files: 2, size: 3, damaged };
    jobs.follow({ ...job, state: 'done', result });
    await done;
    expect(details.verification?.damaged).toHaveLength(1);
    expect(details.verifying).toBeNull();
  });
});

const ITEM = { name: 'a', path: '/a', reason: 'r' };
const COLLECTION: Collection = {
  items: [
    { ...ITEM, kind: 'generation', bytes: 5 },
    { ...ITEM, kind: 'generation', bytes: null },
    { ...ITEM, kind: 'uv', bytes: null }
  ],
  freed: 5,
  notes: []
};

describe('free space', () => {
  it('is shown before it is freed', async () => {
    const { server, commands, state } = await started();
    const { collector } = state;
    server.answer(
      'POST gc',
      aJob({ id: 'g1', kind: 'gc', state: 'done', result: COLLECTION }),
      202
    );
    await commands.execute(CommandIDs.confirmFreeSpace).catch(() => undefined);
    expect(server.count('POST gc')).toBe(0);
    await commands.execute(CommandIDs.freeSpace);
    expect(collector.preview?.freed).toBe(5);
    await commands.execute(CommandIDs.confirmFreeSpace);
    expect(collector.freed?.freed).toBe(5);
    const asked = server.asked.filter(({ path }) => path === 'gc').map(({ body }) => body);
    expect(asked).toEqual([{ dry_run: true }, { dry_run: false }]);
    collector.close();
    expect([collector.open, collector.freed]).toEqual([false, null]);
  });

  it('says what the server refuses', async () => {
    const { server, commands, state } = await started();
    server.answer('POST gc', { message: 'Not allowed.', code: 'forbidden' }, 403);
    await commands.execute(CommandIDs.freeSpace);
    expect(state.collector.error?.message).toBe('Not allowed.');
  });

  it('is summed up by kind; what nobody knows is not called nothing', () => {
    expect(byKind(COLLECTION)).toMatchObject([
      { kind: 'generation', count: 2, bytes: 5 },
      { kind: 'uv', count: 1, bytes: null }
    ]);
  });

  it('is told from what was counted', () => {
    const trans = nullTranslator.load('jupyter_envs');
    const two = [anEnvironment(), anEnvironment({ name: 'b' })];
    const sums = { taken: 4.7e9, cache: 0, total: 0, copies: 6.9e9, measured: '' };
    expect(totals(two, sums, trans)).toBe(
      '2 environments use 4.7 GB; one copy each would be 6.9 GB.'
    );
    expect(totals(two, null, trans)).toBe('2 environments use 262 MB.');
  });
});

describe('a long list', () => {
  it('has the rows that can be seen, and some more', () => {
    expect(visible(0, 420, 42)).toEqual({ first: 0, end: 30 });
    expect(visible(42 * 500, 420, 42)).toEqual({ first: 490, end: 530 });
    expect(visible(-5000, 420, 42).first).toBe(0);
  });

  it('is moved in by keys, up to its ends', () => {
    expect(target('ArrowDown', 0, 1000)).toBe(1);
    expect(target('ArrowUp', 0, 1000)).toBe(0);
    expect(target('PageDown', 995, 1000)).toBe(999);
    expect(target('End', 0, 1000)).toBe(999);
    expect(target('Home', 5, 1000)).toBe(0);
    expect(target('a', 5, 1000)).toBeNull();
    expect(target('End', 0, 0)).toBeNull();
  });
});

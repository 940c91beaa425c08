import { LabIcon } from '@jupyterlab/ui-components';

import envsSvg from '../style/envs.svg';

/** Three sheets on top of each other: the layers of an environment. */
export const envsIcon = new LabIcon({ name: 'jupyter-envs:environments', svgstr: envsSvg });

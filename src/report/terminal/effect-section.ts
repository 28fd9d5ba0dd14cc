/** What the tracer did to the rate, from the untraced arms. */
import { untraced } from '../../experiment/plan.ts';
import { namesOfIds } from '../arm-name.ts';
import { excerpt } from '../excerpt.ts';
import { formatCount, formatShare } from '../quantity.ts';
import type { Report, TracerEffectReport } from '../report.ts';
import { describeEffect } from '../statistics-words.ts';
import type { Page } from './page.ts';
import { prose } from './prose.ts';

export function effectSection(report: Report, { paint, textWidth: width }: Page): string[] {
  const traced = report.arms.filter((arm) => arm.tracer !== untraced);
  if (traced.length === 0) return [];
  const nameOf = namesOfIds(report);
  const effects = report.tracerEffects;
  const silent = effects.filter(({ effect }) => effect.kind === 'neither');
  const shown = effects.filter((effect) => !silent.includes(effect));
  const tracerOf = (id: string) => excerpt(traced.find((arm) => arm.id === id)?.tracer ?? '');
  const texts = [
    ...(effects.length === 0 ? ['not known: no arm was also run untraced'] : []),
    ...shown.map((each) => `${nameOf(each.arm)}: ${ratesOf(each, tracerOf(each.arm))}`),
    ...(silent.length === 0 ? [] : [`none either way: ${silent.map(({ arm }) => nameOf(arm)).join(', ')}`]),
  ];
  return [
    paint.bold('WHAT THE TRACER DID TO THE RATE (EADDRINUSE per bind, as the programs claim)'),
    ...texts.flatMap((text) => prose(text, { width, first: '  ', rest: '    ' })),
  ];
}

function ratesOf(each: TracerEffectReport, tracer: string): string {
  const rates = `${rateText(each.traced)} under ${tracer}, ${rateText(each.untraced)} untraced`;
  return `${rates}: ${describeEffect(each.effect)}`;
}

function rateText({ addressInUse, binds }: TracerEffectReport['traced']): string {
  if (binds === 0) return 'no binds';
  return `${formatShare(addressInUse / binds, 'nearest')} (${formatCount(addressInUse)} of ${formatCount(binds)})`;
}

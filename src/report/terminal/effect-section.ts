/** What the tracer did to the rate, from the untraced arms. */
import { untraced } from '../../experiment/plan.ts';
import { excerpt } from '../excerpt.ts';
import { armName } from '../headline.ts';
import { formatCount, formatShare } from '../quantity.ts';
import type { Report } from '../report.ts';
import { shareOf, tracerEffects, type Rate, type TracerEffect } from '../tracer-effect.ts';
import type { Page } from './page.ts';
import { prose } from './prose.ts';

export function effectSection(report: Report, { paint, textWidth: width }: Page): string[] {
  if (report.arms.every((arm) => arm.tracer === untraced)) return [];
  const effects = tracerEffects(report);
  const shown = effects.filter(({ traced, untraced: alone }) => traced.addressInUse + alone.addressInUse > 0);
  const silent = effects.filter((effect) => !shown.includes(effect));
  const texts = [
    ...(effects.length === 0 ? ['not known: no arm was also run untraced'] : []),
    ...shown.map(describeEffect),
    ...(silent.length === 0 ? [] : [`none either way: ${silent.map(armName).join(', ')}`]),
  ];
  return [
    paint.bold('WHAT THE TRACER DID TO THE RATE (EADDRINUSE per bind)'),
    ...texts.flatMap((text) => prose(text, { width, first: '  ', rest: '    ' })),
  ];
}

function describeEffect(effect: TracerEffect): string {
  const tracer = excerpt(effect.tracer);
  const rates = `${describeRate(effect.traced)} under ${tracer}, ${describeRate(effect.untraced)} untraced`;
  return `${armName(effect)}: ${rates}: ${comparison(effect, tracer)}`;
}

function describeRate(rate: Rate): string {
  return `${formatShare(shareOf(rate), 'nearest')} (${formatCount(rate.addressInUse)} of ${formatCount(rate.binds)})`;
}

function comparison({ traced, ratio }: TracerEffect, tracer: string): string {
  if (ratio === null) return `seen only under ${tracer}`;
  if (traced.addressInUse === 0) return `not seen under ${tracer}`;
  return `${formatRatio(ratio)} times the untraced rate`;
}

function formatRatio(ratio: number): string {
  return ratio >= 999.5 ? formatCount(Math.round(ratio)) : String(Number(ratio.toPrecision(3)));
}

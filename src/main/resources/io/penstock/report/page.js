'use strict';
// What a report is made of: figures in words, elements, charts.

const data = JSON.parse(document.getElementById('data').textContent);
const summary = data.summary;
const figures = data.figures || {};
const job = figures.job || {};
const captions = [];
const charts = []; // each draws itself, anew where the theme changes

// ---- words for figures

const int = value => (value === null || value === undefined ? 'unknown' : Number(value).toLocaleString('en-US'));
const exact = amount => (amount === null || amount === undefined ? 'unknown' : amount + ' USD');
const number = amount => (amount === null || amount === undefined ? null : Number(amount));
const share = value => (value === null || value === undefined ? 'none' : (100 * value).toFixed(1) + ' %');
const trimmed = (value, digits) => String(Number(Number(value).toFixed(digits)));

/** As short as a tile or an axis wants it. */
function short(amount) {
  if (amount === null || amount === undefined) return 'unknown';
  const value = Number(amount);
  if (value === 0) return '$0';
  const size = Math.abs(value);
  const text = size >= 0.995 ? size.toLocaleString('en-US', {minimumFractionDigits: 2, maximumFractionDigits: 2})
    : trimmed(size, Math.min(12, 2 - Math.floor(Math.log10(size))));
  return (value < 0 ? '-$' : '$') + text;
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return 'unknown';
  const whole = Math.round(seconds);
  if (seconds < 120) return trimmed(seconds, seconds < 10 ? 2 : 1) + ' s';
  if (whole < 7200) return Math.floor(whole / 60) + ' min' + (whole % 60 ? ' ' + (whole % 60) + ' s' : '');
  const minutes = Math.round(whole / 60);
  return Math.floor(minutes / 60) + ' h' + (minutes % 60 ? ' ' + (minutes % 60) + ' min' : '');
}

const milliseconds = value => (value === null || value === undefined ? 'none' : value < 1000 ? int(value) + ' ms' : trimmed(value / 1000, value < 10000 ? 2 : 1) + ' s');
const time = instant => (instant ? instant.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC') : 'not yet');
const compact = value => Number(value).toLocaleString('en-US', {notation: 'compact', maximumFractionDigits: 1});

/** As the run id says; null where it is of another form. */
function startedAt() {
  const stamp = /^r(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-/.exec(summary.run_id);
  return stamp ? `${stamp[1]}-${stamp[2]}-${stamp[3]} ${stamp[4]}:${stamp[5]}:${stamp[6]} UTC` : null;
}

// ---- parts of the document; text is set as text, never as HTML

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

const note = text => el('p', {class: 'note'}, text);

/**
 * @param columns of {name, number: whether it is aligned as one, code: whether it is an id}
 * @param total a last row; null: there is none
 */
function table(caption, columns, rows, total) {
  const cell = (value, column, first) => {
    const style = [column.number ? 'number' : '', column.code ? 'code' : ''].join(' ').trim();
    return first ? el('th', {scope: 'row', class: style || null}, value) : el('td', {class: style || null}, value);
  };
  const line = values => el('tr', {}, values.map((value, i) => cell(value, columns[i], i === 0)));
  const before = captions.filter(each => each === caption).length;
  captions.push(caption);
  const name = before ? `${caption} (${before + 1})` : caption; // no two regions of one name
  return el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': name},
    el('table', {},
      el('caption', {}, caption),
      el('thead', {}, el('tr', {}, columns.map(column => el('th', {scope: 'col', class: column.number ? 'number' : null}, column.name)))),
      el('tbody', {}, rows.map(line)),
      total ? el('tfoot', {}, line(total)) : null));
}

function facts(pairs) {
  return el('dl', {class: 'facts'}, pairs.filter(pair => pair).flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

function section(id, title, ...nodes) {
  const heading = id + '-title';
  document.getElementById('main').append(el('section', {id, 'aria-labelledby': heading}, el('h2', {id: heading}, title), nodes));
  document.getElementById('nav').firstChild.append(el('li', {}, el('a', {href: '#' + id}, title)));
}

// ---- charts

const color = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

/**
 * A chart with a sentence for those who do not see it and a table of what it shows.
 *
 * @param config called for each drawing, since colours differ by theme
 */
function chart(label, config, tableNode, style) {
  const canvas = el('canvas', {role: 'img', 'aria-label': label});
  charts.push({canvas, config});
  return el('div', {}, el('div', {class: 'chart ' + (style || '')}, canvas),
    el('details', {}, el('summary', {}, 'The figures as a table'), tableNode));
}

function draw() {
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = color('muted');
  Chart.defaults.borderColor = color('grid');
  Chart.defaults.plugins.legend.position = 'bottom';
  Chart.defaults.plugins.legend.labels.usePointStyle = true;
  Chart.defaults.plugins.legend.labels.boxHeight = 8;
  for (const each of charts) {
    if (each.drawn) each.drawn.destroy();
    each.drawn = new Chart(each.canvas, each.config());
  }
}

const axis = (title, more) => Object.assign({title: {display: true, text: title}, beginAtZero: true}, more);
const seconds = {callback: value => duration(value), maxRotation: 0, autoSkipPadding: 16};
const dollars = {callback: value => short(value), maxRotation: 0, autoSkipPadding: 12};
const counts = {callback: value => (Number.isInteger(value) ? compact(value) : '')};
const line = (label, tone, points, more) => Object.assign({
  label, data: points, borderColor: color(tone), backgroundColor: color(tone), borderWidth: 2, pointRadius: points.length > 1 ? 0 : 3, pointStyle: 'line', pointHitRadius: 8,
}, more);
const bars = (label, tone, values, more) => Object.assign({label, data: values, backgroundColor: color(tone), pointStyle: 'rect', maxBarThickness: 46}, more);

// What ran, what it cost, and how it went.

function head() {
  const code = summary.exit_code;
  const kind = code === 0 ? 'good' : code === 75 || code === 130 || code === 4 ? 'wait' : 'bad';
  const partial = job.complete === false && (code === 0 || code === 3);
  const saved = summary.saved_usd || {};
  const parts = [saved.cache, saved.duplicates, saved.batch];
  const savedAll = parts.some(part => part === null || part === undefined) ? null : parts.reduce((sum, part) => sum + Number(part), 0);
  const tile = (name, value, more, key) => el('div', {class: 'tile'}, el('dt', {}, name),
    el('dd', {'data-key': key, 'data-value': key ? String(summary[key]) : null}, value), more ? el('dd', {class: 'more'}, more) : null);
  document.getElementById('head').append(...[
    el('h1', {}, job.name || summary.run_id),
    el('p', {class: 'run'}, 'Run ', el('span', {class: 'code'}, summary.run_id), startedAt() ? ', started ' + startedAt() : ''),
    el('div', {class: 'status'},
      el('span', {class: 'badge ' + (partial ? 'wait' : kind)}, (partial ? 'partial' : code === 0 || code === 3 ? 'complete' : 'incomplete') + ', exit code ' + code),
      el('span', {}, partial ? 'Done with a part of the rows.' : data.meaning)),
    summary.stopped ? el('p', {}, 'Stopped: ' + summary.stopped) : null,
    el('dl', {class: 'tiles'},
      tile('Rows with an answer', int(summary.succeeded), 'of ' + int(summary.rows), 'succeeded'),
      tile('Failed rows', int(summary.failed), summary.pending ? int(summary.pending) + ' requests in batches' : null, 'failed'),
      tile('Cost', short(summary.cost_usd), exact(summary.cost_usd), 'cost_usd'),
      tile('Saved', savedAll === null ? 'unknown' : short(savedAll), 'against calling every row'),
      tile('Calls took', duration(summary.inference_seconds), duration(summary.wall_seconds) + ' in all', 'inference_seconds'),
      tile('Requests/s', trimmed(summary.requests_per_second, 1), 'at most ' + int(summary.max_in_flight) + ' in flight', 'requests_per_second')),
  ].filter(part => part));
  document.getElementById('nav').append(el('ul', {}));
}

function ran() {
  const models = (job.models || []).map(model => [model.name, model.provider, model.request_model]);
  section('ran', 'What ran',
    facts([
      job.name ? ['Job', job.name] : null,
      job.input ? ['Input', job.input + ' (' + job.format + ')'] : null,
      ['Rows', `${int(summary.rows)}, of ${int(summary.distinct)} distinct requests; ${int(summary.duplicates)} duplicate rows`],
      ['Requests', `${int(summary.cache_hits)} from the store, ${int(summary.called)} called, ${int(summary.batched)} in batches, ${int(summary.pending)} pending`],
      startedAt() ? ['Started', startedAt()] : null,
      job.published_at ? ['Published', time(job.published_at)] : null,
      ['Last execution', `${duration(summary.wall_seconds)}, of which ${duration(summary.inference_seconds)} from the first call to the last answer`],
      ['Refused with 429', int(summary.rate_limited) + ' HTTP requests'],
      summary.in_doubt ? ['In doubt', int(summary.in_doubt) + ' calls that were under way when an executor was killed'] : null,
      data.plan && data.plan.price_version ? ['Prices', data.plan.price_version] : null,
    ]),
    models.length ? table('Models', [{name: 'Name in the job'}, {name: 'Provider'}, {name: 'Model'}], models) : note('What the job was is not kept in this run folder.'));
}

function bill() {
  const lines = figures.bill;
  if (!lines) {
    section('bill', 'The bill', facts(money()), note('The bill by model is not kept in this run folder.'));
    return;
  }
  const columns = [{name: 'Model'}, {name: 'Delivery'}, {name: 'Served from'}, {name: 'Rows', number: true}, {name: 'Input tokens', number: true},
    {name: 'Output tokens', number: true}, {name: 'Cost, USD', number: true}, {name: 'Saved, USD', number: true}];
  const rows = lines.map(each => [each.model || '-', each.delivery || '-', each.served_from || 'no answer', int(each.rows), int(each.input_tokens),
    int(each.output_tokens), each.cost_usd === null ? 'unknown' : each.cost_usd, each.saved_usd === null ? 'unknown' : each.saved_usd]);
  const total = key => int(lines.reduce((sum, each) => sum + each[key], 0));
  const all = ['All', '', '', total('rows'), total('input_tokens'), total('output_tokens'), summary.cost_usd === null ? 'unknown' : summary.cost_usd, ''];
  section('bill', 'The bill',
    table('Rows of the results by the model that answered, delivery and where the answer came from; tokens of that answer, cost of all models that the row was asked of', columns, rows, all),
    el('div', {class: 'pair'}, naive(), estimate()),
    facts(money()));
}

function money() {
  const waste = summary.waste_usd || {};
  return [
    ['Cost', exact(summary.cost_usd)],
    ['Waste', exact(waste.known) + ' known, at most ' + exact(waste.possible) + ' possible'],
    Number(summary.unclaimed_usd) ? ['Unclaimed', exact(summary.unclaimed_usd)] : null,
    summary.budget_usd ? ['Budget', exact(summary.budget_usd.spent) + ' of ' + exact(summary.budget_usd.max) + ' spent in all executions'] : null,
  ];
}

function naive() {
  const saved = summary.saved_usd || {};
  const parts = [['Paid', summary.cost_usd, 'blue'], ['Saved by the store', saved.cache, 'teal'],
    ['Saved by deduplication', saved.duplicates, 'violet'], ['Saved by batches', saved.batch, 'amber']];
  const title = el('h3', {}, 'Against the naive way');
  if (parts.some(part => number(part[1]) === null)) {
    return el('div', {}, title, note('A price is not known, so neither is what was saved.'));
  }
  const sum = parts.reduce((all, part) => all + Number(part[1]), 0);
  if (sum === 0) {
    return el('div', {}, title, note('No row has an answer with a price: nothing was paid, and nothing saved.'));
  }
  const sentence = `Every row called at the realtime list price would have cost ${short(sum)}; ${short(summary.cost_usd)} was paid.`;
  return el('div', {}, title, el('p', {class: 'lead'}, sentence),
    chart('Stacked bar. ' + sentence, () => ({
      type: 'bar',
      data: {labels: ['every row'], datasets: parts.map(part => bars(part[0], part[2], [Number(part[1])]))},
      options: {indexAxis: 'y', scales: {x: axis('USD', {stacked: true, ticks: dollars}), y: {stacked: true, display: false}},
        plugins: {tooltip: {callbacks: {label: item => item.dataset.label + ': ' + exact(parts[item.datasetIndex][1])}}}},
    }), table('Cost against the naive way', [{name: 'Part'}, {name: 'USD', number: true}], parts.map(part => [part[0], part[1]])), 'low'));
}

function estimate() {
  const told = summary.estimate_usd || {};
  const title = el('h3', {}, 'Against the estimate');
  const low = number(told.low), high = number(told.high), cost = number(summary.cost_usd);
  if (low === null || high === null || cost === null) {
    return el('div', {}, title, note('There is no estimate, since a price is not known.'));
  }
  const budget = summary.budget_usd ? Number(summary.budget_usd.max) : null;
  const rows = [['Lowest estimate', told.low], ['Expected', told.expected === null ? 'unknown' : told.expected], ['Highest estimate', told.high],
    ['Actual cost', summary.cost_usd]].concat(budget === null ? [] : [['Budget', summary.budget_usd.max]]);
  if (low === 0 && high === 0 && cost === 0) {
    return el('div', {}, title, note('Nothing was to be called: the run was expected to cost nothing, and did.'));
  }
  const place = cost < low ? 'below' : cost > high ? 'above' : 'within';
  const sentence = `${short(cost)} was paid, ${place} the estimate of ${short(low)} to ${short(high)}`
    + (told.expected === null ? '.' : `, ${short(told.expected)} expected.`);
  const labels = ['estimate'].concat(told.expected === null ? [] : ['expected'], ['actual'], budget === null ? [] : ['budget']);
  const spans = [[low, high]].concat(told.expected === null ? [] : [[0, Number(told.expected)]], [[0, cost]], budget === null ? [] : [[0, budget]]);
  const tones = ['grey'].concat(told.expected === null ? [] : ['teal'], ['blue'], budget === null ? [] : ['amber']);
  return el('div', {}, title, el('p', {class: 'lead'}, sentence),
    chart('Bars. ' + sentence, () => ({
      type: 'bar',
      data: {labels, datasets: [bars('USD', 'blue', spans, {backgroundColor: tones.map(color), maxBarThickness: 22})]},
      options: {indexAxis: 'y', scales: {x: axis('USD', {ticks: dollars}), y: {grid: {display: false}}}, plugins: {legend: {display: false}}},
    }), table('Estimate and actual cost', [{name: 'Amount'}, {name: 'USD', number: true}], rows), 'low'));
}

/** Where calls were made several times each says when. */
const executionTitle = (all, one, started) => (all.dropped + all.executions.length > 1
  ? el('h3', {}, 'Calls from ' + (started ? time(started) : one.execution)) : null);

const droppedNote = all => (all.dropped ? note(`The last ${all.executions.length} times of calls are shown; ${all.dropped} earlier ones are in the run folder.`) : null);

function throughput() {
  const all = data.timelines;
  if (!all.executions.length) {
    section('throughput', 'Throughput and limits over time', note('No course of calls is kept: nothing was called in realtime, or it was over at once.'));
    return;
  }
  section('throughput', 'Throughput and limits over time', droppedNote(all), all.executions.map(one => [
    executionTitle(all, one, one.started), el('div', {class: 'pair'}, rates(one), inFlight(one))]));
}

function rates(one) {
  const steps = one.steps;
  const most = Math.max(...steps.map(step => step.requests_per_second));
  const label = `Lines over ${duration(steps[steps.length - 1].seconds)}: requests per second, at most ${trimmed(most, 1)}, and tokens per minute.`;
  return chart(label, () => ({
    type: 'line',
    data: {datasets: [
      line('Requests/s', 'blue', steps.map(step => ({x: step.seconds, y: step.requests_per_second}))),
      line('Tokens/min', 'amber', steps.map(step => ({x: step.seconds, y: step.tokens_per_minute})), {yAxisID: 'tokens', borderDash: [6, 4]}),
    ]},
    options: {interaction: {mode: 'index', intersect: false}, scales: {
      x: axis('since the start', {type: 'linear', max: steps[steps.length - 1].seconds, ticks: seconds}),
      y: axis('requests/s'),
      tokens: axis('tokens/min', {position: 'right', grid: {drawOnChartArea: false}, ticks: {callback: compact}}),
    }},
  }), table('Throughput over time', [{name: 'Until'}, {name: 'Requests/s', number: true}, {name: 'Tokens/min', number: true}, {name: 'Spent, USD', number: true}],
    steps.map(step => [duration(step.seconds), trimmed(step.requests_per_second, 2), int(Math.round(step.tokens_per_minute)), step.spent_usd])));
}

function inFlight(one) {
  const steps = one.steps;
  const refused = steps.filter(step => step.rate_limited > 0);
  const sum = refused.reduce((all, step) => all + step.rate_limited, 0);
  const label = `Lines of requests in flight and their limit; ${sum ? int(sum) + ' refusals with 429 are marked.' : 'nothing was refused with 429.'}`;
  const known = key => steps.filter(step => step[key] !== null).map(step => ({x: step.seconds, y: step[key]}));
  return chart(label, () => ({
    type: 'line',
    data: {datasets: [
      line('In flight', 'teal', known('in_flight')),
      line('Limit', 'violet', known('limit'), {stepped: true, borderDash: [6, 4]}),
      {label: 'Refused with 429', data: refused.map(step => ({x: step.seconds, y: step.in_flight || 0, refused: step.rate_limited})), showLine: false,
        pointStyle: 'triangle', pointRadius: 7, pointHoverRadius: 9, borderColor: color('red'), backgroundColor: color('red')},
    ]},
    options: {scales: {x: axis('since the start', {type: 'linear', max: steps[steps.length - 1].seconds, ticks: seconds}), y: axis('requests', {ticks: counts})},
      plugins: {tooltip: {callbacks: {title: items => duration(items[0].parsed.x), label: item => (item.raw.refused ? int(item.raw.refused) + ' refused with 429' : item.dataset.label + ': ' + int(item.parsed.y))}}}},
  }), table('In flight and limit over time', [{name: 'Until'}, {name: 'In flight', number: true}, {name: 'Limit', number: true}, {name: 'Refused with 429', number: true}],
    steps.map(step => [duration(step.seconds), int(step.in_flight), int(step.limit), int(step.rate_limited)])));
}

function latency() {
  const spread = figures.latencies || [];
  const told = summary.latency_ms || {};
  if (!spread.length) {
    section('latency', 'Latency', told.p50 === null || told.p50 === undefined ? note('No answer was bought in realtime, so there is no latency.')
      : facts([['p50', milliseconds(told.p50)], ['p95', milliseconds(told.p95)], ['p99', milliseconds(told.p99)]]));
    return;
  }
  const marks = [['p50', told.p50], ['p95', told.p95], ['p99', told.p99]].filter(mark => mark[1] !== null && mark[1] !== undefined);
  const sentence = marks.map(mark => mark[0] + ' ' + milliseconds(mark[1])).join(', ') + ', first attempt sent to last byte.';
  const name = bar => milliseconds(bar.from_ms) + ' to ' + milliseconds(bar.to_ms);
  section('latency', 'Latency', el('p', {class: 'lead'}, sentence),
    chart('Histogram of latencies: ' + sentence, () => ({
      type: 'bar',
      data: {labels: spread.map(bar => milliseconds(bar.from_ms)), datasets: [bars('Answers', 'blue', spread.map(bar => bar.answers), {categoryPercentage: 1, barPercentage: .92, maxBarThickness: 90})]},
      options: {layout: {padding: {top: 18}}, scales: {x: axis('from', {grid: {display: false}, ticks: {maxRotation: 0, autoSkipPadding: 10}}), y: axis('answers', {ticks: counts})},
        plugins: {legend: {display: false}, tooltip: {callbacks: {title: items => name(spread[items[0].dataIndex])}}}},
      plugins: [percentiles(spread, marks)],
    }), table('Answers by latency', [{name: 'Latency'}, {name: 'Answers', number: true}], spread.map(bar => [name(bar), int(bar.answers)]))));
}

/** Lines with their names; within a bar as far as its logarithm is. */
function percentiles(spread, marks) {
  return {
    id: 'percentiles',
    afterDatasetsDraw(drawn) {
      const {ctx, chartArea, scales} = drawn;
      const width = chartArea.width / spread.length;
      let free = -Infinity;
      ctx.save();
      ctx.font = '600 12px ' + Chart.defaults.font.family;
      for (const [name, value] of marks) {
        const found = spread.findIndex(bar => value < bar.to_ms);
        const at = found < 0 ? spread.length - 1 : found;
        const from = Math.max(1, spread[at].from_ms);
        const part = Math.min(1, Math.max(0, Math.log(Math.max(1, value) / from) / Math.log(spread[at].to_ms / from)));
        const x = scales.x.getPixelForValue(at) + (part - .5) * width;
        ctx.strokeStyle = color('red');
        ctx.fillStyle = color('text');
        ctx.lineWidth = 2;
        ctx.setLineDash([4, 3]);
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        const wide = ctx.measureText(name).width;
        const text = Math.min(Math.max(x - wide / 2, free + 6), chartArea.right - wide);
        ctx.fillText(name, text, chartArea.top - 5);
        free = text + wide;
      }
      ctx.restore();
    },
  };
}

function tokens() {
  const lines = figures.tokens || [];
  const sentence = `${int(summary.input_tokens)} input and ${int(summary.output_tokens)} output tokens of answers bought in this run.`;
  if (!lines.length) {
    section('tokens', 'Tokens', note(summary.input_tokens ? sentence : 'No answer was bought in this run, so no tokens were.'));
    return;
  }
  const kinds = [
    ['Input', 'blue', each => each.input - each.cache_read - each.cache_creation],
    ['Input read from the prompt cache', 'teal', each => each.cache_read],
    ['Input written to the prompt cache', 'grey', each => each.cache_creation],
    ['Output', 'amber', each => each.output - each.reasoning],
    ['Reasoning', 'violet', each => each.reasoning],
  ].filter(kind => lines.some(each => kind[2](each) !== 0));
  const columns = [{name: 'Model'}, {name: 'Delivery'}, {name: 'Answers', number: true}].concat(kinds.map(kind => ({name: kind[0], number: true})));
  const sum = read => int(lines.reduce((all, each) => all + read(each), 0));
  section('tokens', 'Tokens', el('p', {class: 'lead'}, sentence),
    chart('Stacked bars of tokens by model and kind: ' + sentence, () => ({
      type: 'bar',
      data: {labels: lines.map(each => [each.request_model, each.delivery]), datasets: kinds.map(kind => bars(kind[0], kind[1], lines.map(kind[2])))},
      options: {indexAxis: 'y', scales: {x: axis('tokens', {stacked: true, ticks: {callback: compact, maxRotation: 0}}), y: {stacked: true, grid: {display: false}}}},
    }), table('Tokens by model and kind', columns, lines.map(each => [each.request_model, each.delivery, int(each.answers)].concat(kinds.map(kind => int(kind[2](each))))),
      ['All', '', sum(each => each.answers)].concat(kinds.map(kind => sum(kind[2])))), lines.length < 3 ? 'low' : ''));
}

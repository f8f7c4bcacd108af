// What went wrong or took long, limits, batches, and all the rest.

function failures() {
  const kinds = Object.entries(summary.failed_by_kind || {});
  if (!kinds.length) {
    section('failures', 'Failures', note('No row failed.'));
    return;
  }
  const named = job.id_column ? 'values of ' + job.id_column : 'fingerprints';
  const examples = Object.fromEntries((figures.failures || []).map(each => [each.kind, each.examples]));
  section('failures', 'Failures',
    el('p', {class: 'lead'}, `${int(summary.failed)} of ${int(summary.rows)} rows have no answer. The results say why in error_message.`),
    table('Failed rows by kind; examples are ' + named, [{name: 'Kind'}, {name: 'Rows', number: true}, {name: 'Examples', code: true}],
      kinds.map(([kind, rows]) => [kind, int(rows), (examples[kind] || []).join(', ')])));
}

function slowest() {
  const rows = figures.slowest || [];
  if (!rows.length) {
    section('slowest', 'Slowest rows', note('No row was called for in realtime.'));
    return;
  }
  section('slowest', 'Slowest rows',
    table('Slowest rows, named by ' + (job.id_column || 'fingerprint'), [{name: 'Row', code: true}, {name: 'Model'}, {name: 'Latency', number: true},
      {name: 'Attempts', number: true}, {name: 'Output tokens', number: true}],
    rows.map(row => [row.id, row.model, milliseconds(row.latency_ms), int(row.attempts), int(row.output_tokens)])));
}

function retries() {
  const spread = figures.attempts || [];
  if (!spread.length) {
    section('retries', 'Retries', note('Nothing was called in realtime, so nothing was tried again.'));
    return;
  }
  const name = bar => (bar.attempts >= 11 ? 'more than 10' : int(bar.attempts));
  const sentence = `${int(summary.retries)} retries for ${int(summary.called)} requests that were called; ${int(summary.rate_limited)} HTTP requests were refused with 429.`;
  section('retries', 'Retries', el('p', {class: 'lead'}, sentence),
    chart('Bars of requests, each time they were asked, by number of attempts: ' + sentence, () => ({
      type: 'bar',
      data: {labels: spread.map(name), datasets: [bars('Requests', 'teal', spread.map(bar => bar.requests), {minBarLength: 3})]},
      options: {scales: {x: axis('attempts', {grid: {display: false}}), y: axis('requests', {ticks: counts})}, plugins: {legend: {display: false}}},
    }), table('Requests by number of attempts', [{name: 'Attempts'}, {name: 'Requests', number: true}], spread.map(bar => [name(bar), int(bar.requests)])), 'low'));
}

function limits() {
  const all = data.limits;
  if (!all.executions.length) {
    section('limits', 'Adaptive limits', note('No limit was changed: nothing was called in realtime, or limits are held as the job sets them.'));
    return;
  }
  section('limits', 'Adaptive limits', el('p', {class: 'lead'}, 'Calls under way at once that each account and model is allowed, in the whole cluster.'),
    droppedNote(all), all.executions.map(one => [executionTitle(all, one, one.steps[0].at),
      one.dropped ? note(`${int(one.dropped)} of the many steps of growth are left out here; the run folder has them.`) : null, limitChart(one)]));
}

function limitChart(one) {
  const accounts = [...new Set(one.steps.map(step => step.account))];
  const tones = ['blue', 'amber', 'teal', 'violet', 'red', 'grey'];
  const dashes = [[], [6, 4], [2, 3], [10, 4]];
  const end = one.steps[one.steps.length - 1].seconds;
  const course = account => {
    const points = one.steps.filter(step => step.account === account).map(step => ({x: step.seconds, y: step.limit, why: step.why}));
    const last = points[points.length - 1];
    return last.x < end ? points.concat({x: end, y: last.y, why: 'as before'}) : points;
  };
  return chart(`Stepped lines of the limits of ${accounts.join(', ')}; ${int(one.steps.length)} changes.`, () => ({
    type: 'line',
    data: {datasets: accounts.map((account, i) => line(account, tones[i % tones.length], course(account), {stepped: true, borderDash: dashes[i % dashes.length], pointRadius: 2}))},
    options: {scales: {x: axis('since the first change', {type: 'linear', max: end || 1, ticks: seconds}), y: axis('calls at once', {ticks: counts})},
      plugins: {tooltip: {callbacks: {title: items => duration(items[0].parsed.x), label: item => `${item.dataset.label}: ${int(item.parsed.y)} (${item.raw.why})`}}}},
  }), table('Changes of limits', [{name: 'At'}, {name: 'Account and model'}, {name: 'Limit', number: true}, {name: 'Why'}, {name: 'In flight', number: true}],
    one.steps.map(step => [time(step.at), step.account, int(step.limit), step.why, int(step.in_flight)])));
}

function batches() {
  const all = Array.isArray(data.batches) ? data.batches : [];
  if (!all.length) {
    section('batches', 'Batches', note('The run has sent no batches.'));
    return;
  }
  const shown = all.slice(-40);
  const columns = [{name: 'Batch', code: true}, {name: 'Model'}, {name: 'Round', number: true}, {name: 'Requests', number: true}, {name: 'Created'}, {name: 'Taken in'},
    {name: 'State'}, {name: 'Answered', number: true}, {name: 'Failed', number: true}, {name: 'Asked again', number: true}];
  const rows = all.slice(-200).map(each => [each.id || each.key, each.model, int(each.round), int(each.requests), time(each.created_at), time(each.ended_at), each.state,
    int(each.answered), int(each.failed), int(each.remaining)]);
  const sum = key => int(all.reduce((total, each) => total + each[key], 0));
  section('batches', 'Batches',
    el('p', {class: 'lead'}, `${int(all.length)} batches with ${sum('requests')} requests: ${sum('answered')} answered, ${sum('failed')} failed for good, ${sum('remaining')} asked again (of batches that expired, were cancelled or failed).`),
    all.length > shown.length ? note(`The last ${shown.length} are drawn.`) : null,
    timelines(shown), table('Batches of the run', columns, rows));
}

function timelines(all) {
  const sent = all.filter(each => each.created_at);
  if (!sent.length) return note('None of them has been sent yet.');
  const begin = Math.min(...sent.map(each => Date.parse(each.created_at)));
  const now = Math.max(...sent.map(each => Date.parse(each.ended_at || job.published_at || each.created_at)));
  const since = text => (Date.parse(text) - begin) / 1000;
  const span = each => [since(each.created_at), each.ended_at ? Math.max(since(each.ended_at), since(each.created_at)) : (now - begin) / 1000];
  const tone = each => (each.state === 'completed' ? 'teal' : each.ended_at ? 'red' : 'amber');
  const label = `Bars of ${int(sent.length)} batches over ${duration((now - begin) / 1000)}, from their creation until their answers were in the store.`;
  const node = chart(label, () => ({
    type: 'bar',
    data: {labels: sent.map(each => each.model.split('/').pop() + ', ' + int(each.requests)),
      datasets: [['completed', 'teal'], ['open', 'amber'], ['ended otherwise', 'red']].filter(([, shade]) => sent.some(each => tone(each) === shade)).map(([name, shade]) =>
        bars(name, shade, sent.map(each => (tone(each) === shade ? span(each) : null)), {minBarLength: 4, grouped: false, maxBarThickness: 18}))},
    options: {indexAxis: 'y', scales: {x: axis('since the first was created', {ticks: seconds}), y: {grid: {display: false}, ticks: {autoSkip: false}}},
      plugins: {tooltip: {callbacks: {label: item => `${sent[item.dataIndex].state}: ${duration(span(sent[item.dataIndex])[1] - span(sent[item.dataIndex])[0])}`}}}},
  }), table('Time of the batches', [{name: 'Batch', code: true}, {name: 'State'}, {name: 'From', number: true}, {name: 'To', number: true}],
    sent.map(each => [each.id || each.key, each.state, duration(span(each)[0]), each.ended_at ? duration(span(each)[1]) : 'open'])));
  node.firstChild.style.height = Math.max(9, 5.5 + 1.6 * sent.length) + 'rem';
  return node;
}

function cascade() {
  const told = summary.cascade;
  if (!told) {
    section('cascade', 'Cascade', note('The job has no cascade.'));
    return;
  }
  const agreement = each => (each && each.share !== null ? `${share(each.share)} of ${int(each.requests)} (95 %: ${share(each.low)} to ${share(each.high)})` : 'none were compared');
  const kept = told.answered - told.escalated;
  const sentence = `${int(told.answered)} first answers were checked; ${int(told.escalated)} (${share(told.escalated_share)}) were not good enough and asked of the second model.`;
  section('cascade', 'Cascade', el('p', {class: 'lead'}, sentence),
    told.answered ? chart('Stacked bar: ' + sentence, () => ({
      type: 'bar',
      data: {labels: ['rows'], datasets: [bars('First answer kept', 'teal', [kept]), bars('Escalated', 'amber', [told.escalated])]},
      options: {indexAxis: 'y', scales: {x: axis('rows', {stacked: true, ticks: counts}), y: {stacked: true, display: false}}},
    }), table('Checked rows', [{name: 'Rows'}, {name: 'Number', number: true}], [['First answer kept', int(kept)], ['Escalated', int(told.escalated)]]), 'low') : null,
    facts([['Audited requests', int(told.audited)], ['Both models agree on', agreement(told.agreement)],
      ['of those that passed the checks', agreement(told.agreement_trusted)],
      ['Against the second model alone', told.saved_usd === null ? 'unknown' : 'saved ' + exact(told.saved_usd)]]));
}

function samples() {
  const all = figures.samples || [];
  if (!all.length) return;
  const cut = text => (text === null ? note('not kept') : el('pre', {tabindex: '0'}, text));
  section('samples', 'Samples', el('p', {class: 'lead'}, 'Rows with their texts, because the job asks for them by report.samples.'),
    all.map(each => el('details', {},
      el('summary', {}, [each.id, each.model, each.error_kind || each.served_from].filter(part => part).join(' · ')),
      el('h3', {}, 'Prompt'), cut(each.prompt), el('h3', {}, 'Completion'), cut(each.completion))));
}

function allFigures() {
  const rows = [];
  const walk = (value, path) => {
    if (value !== null && typeof value === 'object') Object.entries(value).forEach(([key, inner]) => walk(inner, path ? path + '.' + key : key));
    else rows.push([path, String(value)]);
  };
  walk(summary, '');
  section('all', 'All figures', el('details', {}, el('summary', {}, 'What summary.json says'),
    table('summary.json', [{name: 'Key', code: true}, {name: 'Value', code: true}], rows)));
}

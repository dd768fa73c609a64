// Charts as SVG. Their colors are those of the style sheet, their numbers in a table beside.

const drawn = [];

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function palette() {
  return Array.from({ length: 8 }, (_, place) => color(`series-${place + 1}`));
}

function chart(title, height, option) {
  const element = make("div", { class: "chart", role: "img", "aria-label": title });
  element.style.height = `${height}px`;
  drawn.push({ element, option });
  return element;
}

// Once the elements stand in the page and have a width.
function drawCharts() {
  for (const item of drawn) {
    if (item.chart || !item.element.isConnected) continue;
    item.chart = echarts.init(item.element, null, { renderer: "svg" });
    item.chart.setOption({ animation: false, color: palette(), textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: color("soft") }, ...item.option(item.element.clientWidth) });
  }
}

function forgetCharts() {
  for (const item of drawn.splice(0)) if (item.chart) item.chart.dispose();
}

function resizeCharts() {
  for (const item of drawn) {
    if (!item.chart) continue;
    item.chart.resize();
    item.chart.setOption(item.option(item.element.clientWidth));
  }
}

function axis(type, more = {}) {
  return {
    type,
    axisLine: { lineStyle: { color: color("line") } },
    axisTick: { show: false },
    axisLabel: { color: color("soft"), hideOverlap: true, ...more.axisLabel },
    splitLine: { show: type === "value", lineStyle: { color: color("line") } },
    nameTextStyle: { color: color("soft") },
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== "axisLabel")),
  };
}

function tooltip(format) {
  return {
    trigger: "item", renderMode: "richText", confine: true,
    backgroundColor: color("surface"), borderColor: color("line"), textStyle: { color: color("ink"), fontSize: 12 },
    formatter: format,
  };
}

function legend() {
  return { top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: color("soft") } };
}

// Out of the middle: variants of a campaign differ at the end.
function shorten(text, most) {
  const letters = Array.from(text);
  if (letters.length <= most) return text;
  const end = Math.floor(most / 3);
  return `${letters.slice(0, most - 1 - end).join("")}…${letters.slice(-end).join("")}`;
}

// Rows of {label, value, lower, upper, tone, mark, said}: a point and its interval, one
// under the other; `mark` is something to compare it with.
function intervals(title, list, format, { zero = true } = {}) {
  const names = list.map((row) => row.label);
  return chart(title, 46 + 24 * list.length, (width) => {
    const left = Math.min(210, width * 0.4);
    const ends = list.flatMap((row) => [row.value, row.lower, row.upper, row.mark ?? null]).filter((value) => value !== null);
    return {
      grid: { left: left + 8, right: 16, top: 6, bottom: 30 },
      xAxis: axis("value", { min: niceEnd(Math.min(...ends, zero ? 0 : Infinity), ends, -1), max: niceEnd(Math.max(...ends, zero ? 0 : -Infinity), ends, 1), splitNumber: width < 500 ? 3 : 5, axisLabel: { formatter: format } }),
      yAxis: axis("category", { inverse: true, data: names, axisLabel: { interval: 0, hideOverlap: false, color: color("ink"), formatter: (text) => shorten(text, Math.floor(left / 6.5)) } }),
      tooltip: tooltip((point) => list[point.dataIndex].said),
      series: [{
        type: "custom", data: list.map((row, place) => [row.value, place, row.lower, row.upper, row.mark ?? null]),
        encode: { x: [0, 2, 3], y: 1 },
        renderItem: (_, api) => intervalShape(api, list),
      }],
    };
  });
}

function niceEnd(value, ends, way) {
  const span = Math.max(...ends, 0) - Math.min(...ends, 0) || 1;
  if (value === 0) return 0;
  const step = 10 ** Math.floor(Math.log10(span)) / 2;
  return Number((way > 0 ? Math.ceil(value / step) * step : Math.floor(value / step) * step).toPrecision(6));
}

function intervalShape(api, list) {
  const row = list[api.value(1)];
  const fill = color(row.tone || "series-1");
  const at = (value) => api.coord([value, api.value(1)]);
  const children = [];
  if (row.lower !== null && row.upper !== null) {
    const [from, y] = at(row.lower);
    const [to] = at(row.upper);
    children.push({ type: "line", shape: { x1: from, y1: y, x2: to, y2: y }, style: { stroke: fill, lineWidth: 2.5 } });
  }
  if (row.mark !== null && row.mark !== undefined) {
    const [x, y] = at(row.mark);
    children.push({ type: "line", shape: { x1: x, y1: y - 8, x2: x, y2: y + 8 }, style: { stroke: color("ink"), lineWidth: 2 } });
  }
  if (row.value !== null) {
    const [x, y] = at(row.value);
    const style = { fill: row.hollow ? color("surface") : fill, stroke: fill, lineWidth: 2 };
    children.push(row.tone === "bad"
      ? { type: "polygon", shape: { points: [[x, y - 6], [x + 6, y], [x, y + 6], [x - 6, y]] }, style }
      : { type: "circle", shape: { cx: x, cy: y, r: 5 }, style });
  }
  return { type: "group", children };
}

// Series of {name, values}: bars side by side, or on one another; horizontal.
function bars(title, names, series, format, { stacked = false, height = null, max = null } = {}) {
  const thickness = stacked ? 26 : 8 + 14 * series.length;
  return chart(title, height ?? 70 + thickness * names.length, (width) => {
    const left = Math.min(190, width * 0.36);
    const many = series.length > 1;
    return {
      legend: many ? { ...legend(), type: "plain" } : undefined,
      grid: { left: left + 8, right: 24, top: many ? legendHeight(series, width) : 6, bottom: 30 },
      xAxis: axis("value", { max, splitNumber: width < 500 ? 3 : 5, axisLabel: { formatter: format } }),
      yAxis: axis("category", { inverse: true, data: names, axisLabel: { interval: 0, hideOverlap: false, color: color("ink"), formatter: (text) => shorten(text, Math.floor(left / 6.5)) } }),
      tooltip: tooltip((point) => `${point.name}\n${point.seriesName}: ${format(point.value)}`),
      series: series.map((one) => ({
        type: "bar", name: one.name, data: one.values, barMaxWidth: 18, stack: stacked ? "all" : undefined,
        itemStyle: one.tone ? { color: color(one.tone) } : {},
      })),
    };
  });
}

function legendHeight(series, width) {
  const length = series.reduce((total, one) => total + 34 + 7.5 * textWidth(one.name), 0);
  return 14 + 24 * Math.ceil(length / Math.max(width - 20, 100));
}

function textWidth(text) {
  return Array.from(text).reduce((total, letter) => total + (letter > "\u2e80" ? 1.8 : 1), 0);
}

// Lines over time of {name, points: [{date, value, lower, upper}]}, each with its band.
function lines(title, series, format) {
  const days = [...new Set(series.flatMap((one) => one.points.map((point) => point.date)))].sort();
  const said = (list) => list.filter((point) => !point.seriesName.startsWith("\u200b")).map((point) => point.data.said).join("\n");
  return chart(title, series.length > 1 ? 340 : 280, (width) => ({
    legend: { ...legend(), data: series.map((one) => one.name) },
    grid: { left: 58, right: 16, top: Math.max(36, legendHeight(series, width)), bottom: 30 },
    xAxis: axis("category", { data: days, boundaryGap: false, axisLabel: { formatter: (day) => show("date", day), interval: Math.ceil(days.length / Math.max(2, width / 130)) } }),
    yAxis: axis("value", { axisLabel: { formatter: format }, min: 0 }),
    tooltip: { ...tooltip(said), trigger: "axis" },
    series: series.flatMap((one, place) => lineWithBand(one, days, palette()[place])),
  }));
}

function lineWithBand(one, days, tint) {
  const byDay = new Map(one.points.map((point) => [point.date, point]));
  const pick = (name) => days.map((day) => {
    const point = byDay.get(day);
    return point && point[name] !== null && point[name] !== undefined ? point[name] : null;
  });
  const [lower, upper] = [pick("lower"), pick("upper")];
  const values = days.map((day) => {
    const point = byDay.get(day);
    return { value: point ? point.value : null, said: point ? point.said : "" };
  });
  const band = { type: "line", symbol: "none", lineStyle: { opacity: 0 }, silent: true, stack: `\u200b${one.name}` };
  return [
    { ...band, name: `\u200blower ${one.name}`, data: lower },
    { ...band, name: `\u200bupper ${one.name}`, data: upper.map((value, place) => (value === null ? null : value - lower[place])), areaStyle: { color: tint, opacity: 0.16 } },
    { type: "line", name: one.name, data: values, symbol: "circle", symbolSize: 4, connectNulls: false, lineStyle: { width: 2, color: tint }, itemStyle: { color: tint } },
  ];
}

// Points of {x, y, lower, upper, label, tone, said}, with their intervals.
function scatter(title, list, [xName, yName], format, line = null) {
  return chart(title, 320, () => {
    const end = Math.max(...list.map((row) => row.x), 0);
    return {
      grid: { left: 70, right: 24, top: 30, bottom: 46 },
      xAxis: axis("value", { name: xName, nameLocation: "middle", nameGap: 28, axisLabel: { formatter: format } }),
      yAxis: axis("value", { name: yName, nameTextStyle: { align: "left", color: color("soft") }, axisLabel: { formatter: format } }),
      tooltip: tooltip((point) => (list[point.dataIndex] ? list[point.dataIndex].said : "")),
      series: [
        {
          type: "custom", data: list.map((row, place) => [row.x, row.y, row.lower, row.upper, place]), encode: { x: 0, y: [1, 2, 3] },
          renderItem: (_, api) => pointShape(api, list),
        },
        ...(line ? [{ type: "line", symbol: "none", silent: true, data: [[0, 0], [end, end]], lineStyle: { type: "dashed", color: color("soft"), width: 1 } }] : []),
      ],
    };
  });
}

function pointShape(api, list) {
  const row = list[api.value(4)];
  const fill = color(row.tone || "series-1");
  const [x, y] = api.coord([row.x, row.y]);
  const children = [{ type: "circle", shape: { cx: x, cy: y, r: 5 }, style: { fill, stroke: color("surface"), lineWidth: 1 } }];
  if (row.lower !== null && row.upper !== null) {
    const [, low] = api.coord([row.x, row.lower]);
    const [, high] = api.coord([row.x, row.upper]);
    children.unshift({ type: "line", shape: { x1: x, y1: low, x2: x, y2: high }, style: { stroke: fill, lineWidth: 2, opacity: 0.7 } });
  }
  return { type: "group", children };
}

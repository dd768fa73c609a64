const TEXTS = {};

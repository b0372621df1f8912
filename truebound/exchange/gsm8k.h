#pragma once

// The file of two models' graded solutions of GSM8K's test questions (Cobbe et al. 2021,
// `example_model_solutions.jsonl` of github.com/openai/grade-school-math, and files of that form).

#include <string>

#include "truebound/core/result.h"
#include "truebound/exchange/table.h"

namespace truebound::exchange {

/// Reads one question a line, each with an answer of every model; a member that is an object with
/// `is_correct` is a model's. A row for each question and model: the sample is the line (`q1`,
/// `q2`, ...), the arm the model's name, `expect: target`, `broke` where the answer is wrong,
/// decided without error; `response` is the solution. Arms stand in the order of the first line.
///
/// @error invalid_input  no line; a line that is no such object, or that lacks a model of the first
///        line, by its number
Result<TableRows> read_gsm8k(const std::string& text, const std::string& name);

}  // namespace truebound::exchange

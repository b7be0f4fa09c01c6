// SPDX-License-Identifier: Apache-2.0
#include "cli/usage.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"

namespace ekiben::cli {
namespace {

constexpr std::string_view kHelp = "-h, --help";

bool IsOption(std::string_view word) { return word.size() > 1 && word.front() == '-'; }
bool TakesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* FindCommand(const CLI::App& app, std::string_view name) {
  for (const CLI::App* command : CommandsOf(app)) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

Status CheckOption(const CLI::App& app, const std::string& word) {
  const bool is_long = word.starts_with("--");
  const std::string name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
  if (app.get_option_no_throw(name) != nullptr) return {};
  return InvalidArgument(fmt::format("unknown option '{}'", name))
      .WithHint(DidYouMean(name, OptionNames(app)));
}

Status UnknownCommand(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : CommandsOf(app)) names.push_back(command->get_name());
  return InvalidArgument(fmt::format("unknown command '{}'", word))
      .WithHint(DidYouMean(word, names));
}

// "NAME", "[NAME]" or "TAGS...", as the usage line shows an argument without dashes.
std::string Positional(const CLI::Option& option) {
  const std::string name = option.get_name(true) + (option.get_expected_max() > 1 ? "..." : "");
  return option.get_required() ? name : "[" + name + "]";
}

std::string UsageLine(const CLI::App& app, const std::string& name) {
  std::string line = "Usage: " + name;
  if (IsGroup(app)) line += " COMMAND";
  if (app.get_prefix_command()) return line + " [OPTIONS] SCRIPT [ARGUMENTS]\n";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) line += " " + Positional(*option);
    if (!option->get_positional() && option->get_required()) {
      line += fmt::format(" --{} {}", option->get_lnames().front(), option->get_type_name());
    }
  }
  return line + " [OPTIONS]\n";
}

// "-o, --output FORMAT", as the list of arguments shows an option.
std::string ShownName(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     TakesValue(option) ? " " + option.get_type_name() : "");
}

std::string Rows(const std::vector<std::pair<std::string, std::string>>& rows) {
  size_t width = 0;
  for (const auto& [name, text] : rows) width = std::max(width, name.size());
  std::string out;
  for (const auto& [name, text] : rows) out += fmt::format("  {:{}}  {}\n", name, width, text);
  return out;
}

// The command that `words` begins with, and its full name.
std::pair<const CLI::App*, std::string> Leaf(const CLI::App& app,
                                             const std::vector<std::string>& words) {
  const CLI::App* leaf = &app;
  std::string name = app.get_name();
  for (const std::string& word : words) {
    const CLI::App* const next = FindCommand(*leaf, word);
    if (next == nullptr) break;
    leaf = next;
    name += " " + word;
  }
  return {leaf, name};
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode) const {
  std::string out = app->get_description() + ".\n\n";
  if (!app->get_footer().empty()) out += app->get_footer() + "\n\n";
  out += UsageLine(*app, name);

  std::vector<std::pair<std::string, std::string>> commands, options;
  for (const CLI::App* command : CommandsOf(*app)) {
    commands.emplace_back(command->get_name(), command->get_description());
  }
  for (const CLI::Option* option : app->get_options()) {
    options.emplace_back(ShownName(*option), option->get_description());
  }
  // What has no dash first, --help last.
  std::ranges::stable_partition(options, [](const auto& row) { return row.first[0] != '-'; });
  std::ranges::stable_partition(options, [](const auto& row) { return row.first != kHelp; });
  if (!commands.empty()) out += "\n" + Rows(commands);
  return out + "\n" + Rows(options);
}

bool IsGroup(const CLI::App& app) { return !CommandsOf(app).empty(); }

Status CheckWords(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* at = &app;
  for (const std::string& word : words) {
    if (word == "--") break;
    if (IsOption(word)) {
      if (Status option = CheckOption(*at, word); !option.ok()) return option;
    } else if (IsGroup(*at)) {
      const CLI::App* const next = FindCommand(*at, word);
      if (next == nullptr) return UnknownCommand(*at, word);
      at = next;
    } else if (at->get_prefix_command()) {
      break;  // This word and the rest are another program's.
    }
  }
  return {};
}

std::string SeeHelp(const CLI::App& app, const std::vector<std::string>& words) {
  return fmt::format("see `{} --help`", Leaf(app, words).second);
}

CLI::Option* AddForms(CLI::App& command, const std::string& option, std::string& form,
                      std::vector<std::string> forms) {
  const std::string list = fmt::format("{}", fmt::join(forms, ", "));
  const auto check = [forms = std::move(forms), list](const std::string& text) {
    const bool known = std::ranges::find(forms, text) != forms.end();
    return known ? "" : fmt::format("expected one of {}, got '{}'", list, text);
  };
  const std::string description = form.empty() ? list + "; that of the path's end"
                                               : fmt::format("{} (default: {})", list, form);
  return command.add_option(option, form, description)->type_name("FORMAT")->check(check);
}

CLI::Option* AddOutput(CLI::App& command, std::string& form, std::vector<std::string> forms) {
  return AddForms(command, "-o,--output", form, std::move(forms));
}

}  // namespace ekiben::cli

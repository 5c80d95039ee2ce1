#include "runtime/text/jinja/Scopes.h"

#include "runtime/text/jinja/Walk.h"

#include <set>

namespace qwen::jinja {
namespace {

using Names = std::set<std::string, std::less<>>;

// The variables of one block while its statements are read in order.
struct Frame {
  const Frame *outer = nullptr;
  Names known;      // read, set or a parameter
  Names stored;     // set or a parameter
  Names undefined;  // set before anything else

  bool knows(const std::string &name) const { return known.count(name) || (outer && outer->knows(name)); }

  void load(const std::string &name) {
    if (!knows(name))
      known.insert(name);
  }
  void store(const std::string &name) {
    stored.insert(name);
    if (known.count(name))
      return;
    known.insert(name);
    if (!outer || !outer->knows(name))
      undefined.insert(name);
  }
  void declare(const std::string &name) {
    stored.insert(name);
    known.insert(name);
  }
  // After an `if`: what one of its branches sets may come from outside all the same.
  void merge(const std::vector<Frame> &branches) {
    Names set_in_branch;
    for (const Frame &branch : branches)
      for (const std::string &name : branch.stored)
        if (!stored.count(name))
          set_in_branch.insert(name);
    for (const Frame &branch : branches) {
      known.insert(branch.known.begin(), branch.known.end());
      stored.insert(branch.stored.begin(), branch.stored.end());
      undefined.insert(branch.undefined.begin(), branch.undefined.end());
    }
    for (const std::string &name : set_in_branch)
      undefined.erase(name);
  }
};

class Resolver {
public:
  void run(ScopedBlock &block, Frame &frame) {
    readBlock(block.statements, frame);
    block.hidden.assign(frame.undefined.begin(), frame.undefined.end());
    enterBlock(block.statements, frame);
  }

private:
  // First pass over a block: its own names, not those of blocks nested in it.
  void readBlock(const Block &block, Frame &frame) {
    for (const std::unique_ptr<Statement> &statement : block)
      std::visit([&](const auto &node) { read(node, frame); }, statement->node);
  }

  void readExpr(const Expr &expr, Frame &frame) {
    if (const Name *name = std::get_if<Name>(&expr.node))
      frame.load(name->name);
    forEachChild(expr, [&](const Expr &child) { readExpr(child, frame); });
  }
  void readExpr(const ExprPtr &expr, Frame &frame) {
    if (expr)
      readExpr(*expr, frame);
  }
  void readTarget(const Target &target, Frame &frame, void (Frame::*note)(const std::string &)) {
    if (target.kind == Target::Kind::tuple)
      for (const Target &item : target.items)
        readTarget(item, frame, note);
    else if (target.kind == Target::Kind::attribute)
      frame.load(target.name);
    else
      (frame.*note)(target.name);
  }

  void read(const TextData &, Frame &) {}
  void read(const Break &, Frame &) {}
  void read(const Continue &, Frame &) {}
  void read(const Generation &, Frame &) {}
  void read(const Print &print, Frame &frame) {
    for (const ExprPtr &value : print.values)
      readExpr(value, frame);
  }
  void read(const For &loop, Frame &frame) { readExpr(loop.iterable, frame); }
  void read(const If &statement, Frame &frame) { readBranches(statement, 0, frame); }
  void read(const Set &set, Frame &frame) {
    readExpr(set.value, frame);
    readTarget(set.target, frame, &Frame::store);
  }
  void read(const SetBlock &set, Frame &frame) { readTarget(set.target, frame, &Frame::store); }
  void read(const FilterBlock &block, Frame &frame) { readExpr(block.filter, frame); }
  void read(const With &with, Frame &frame) {
    for (const ExprPtr &value : with.values)
      readExpr(value, frame);
  }
  void read(const MacroDefinition &macro, Frame &frame) { frame.store(macro.name); }
  void read(const CallBlock &block, Frame &frame) { readExpr(block.call, frame); }

  void readBranches(const If &statement, size_t first, Frame &frame) {
    readExpr(statement.branches[first].test, frame);
    std::vector<Frame> branches(3, frame);  // then, all elif, else
    readBlock(statement.branches[first].body, branches[0]);
    if (first == 0)
      for (size_t i = 1; i < statement.branches.size(); ++i)
        readBranches(statement, i, branches[1]);
    if (first == 0)
      readBlock(statement.otherwise, branches[2]);
    frame.merge(branches);
  }

  // Second pass: the nested blocks, which see all names of this one.
  void enterBlock(Block &block, Frame &frame) {
    for (std::unique_ptr<Statement> &statement : block)
      std::visit([&](auto &node) { enter(node, frame); }, statement->node);
  }

  template <typename Leaf> void enter(Leaf &, Frame &) {}
  void enter(If &statement, Frame &frame) {
    for (If::Branch &branch : statement.branches)
      enterBlock(branch.body, frame);
    enterBlock(statement.otherwise, frame);
  }
  void enter(For &loop, Frame &frame) {
    Frame body{&frame, {}, {}, {}}, otherwise{&frame, {}, {}, {}};
    body.declare("loop");
    readTarget(loop.target, body, &Frame::declare);
    run(loop.body, body);
    run(loop.otherwise, otherwise);
  }
  void enter(SetBlock &set, Frame &frame) { enterScoped(set.body, frame); }
  void enter(FilterBlock &block, Frame &frame) { enterScoped(block.body, frame); }
  void enter(Generation &block, Frame &frame) { enterScoped(block.body, frame); }
  void enter(With &with, Frame &frame) {
    Frame inner{&frame, {}, {}, {}};
    for (const Target &target : with.targets)
      readTarget(target, inner, &Frame::declare);
    run(with.body, inner);
  }
  void enter(MacroDefinition &macro, Frame &frame) {
    Frame inner{&frame, {}, {}, {}};
    for (const std::string &parameter : macro.parameters)
      inner.declare(parameter);
    for (auto [used, name] : {std::pair(macro.uses_caller, "caller"), std::pair(macro.uses_kwargs, "kwargs"),
                              std::pair(macro.uses_varargs, "varargs")})
      if (used)
        inner.declare(name);
    for (const ExprPtr &value : macro.defaults)
      readExpr(value, inner);
    run(macro.body, inner);
  }
  void enter(CallBlock &block, Frame &frame) { enter(block.caller, frame); }

  void enterScoped(ScopedBlock &block, Frame &frame) {
    Frame inner{&frame, {}, {}, {}};
    run(block, inner);
  }
};

}  // namespace

void resolveScopes(Template &parsed) {
  Frame root;
  Resolver().run(parsed.body, root);
}

}  // namespace qwen::jinja

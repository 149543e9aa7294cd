using System.Collections.Immutable;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases;

/// <summary>Compiles the directives of the rewrite module.</summary>
internal static class RewriteCompiler
{
    public static RewriteInstruction[] Compile(
        ImmutableArray<RewriteStep> steps, ModelBuilder builder, Func<LocationConfig, LocationModel>? compileIf)
    {
        var instructions = new RewriteInstruction[steps.Length];
        for (int i = 0; i < instructions.Length; i++) instructions[i] = Compile(steps[i], builder, compileIf);
        return instructions;
    }

    private static RewriteInstruction Compile(
        RewriteStep step, ModelBuilder builder, Func<LocationConfig, LocationModel>? compileIf) => step switch
    {
        SetStep set => new SetInstruction(builder.Variables.Use(set.Variable), RewriteValue.From(set.Value, builder)),
        BreakStep => BreakInstruction.Instance,
        ReturnStep answer => ReturnInstruction.From(answer, builder),
        RewriteRegexStep rewrite => RewriteRegexInstruction.From(rewrite, builder),
        IfStep condition => new IfInstruction(
            Compile(condition.Condition, builder),
            compileIf?.Invoke(condition.Scope),
            Compile(condition.Scope.Rewrite, builder, compileIf)),
        _ => throw new NotSupportedException($"A {step.GetType().Name} is no directive of the rewrite module."),
    };

    private static IfConditionModel Compile(IfCondition condition, ModelBuilder builder) => condition switch
    {
        TruthCondition truth => new TruthConditionModel(builder.Variables.Use(truth.Variable)),
        EqualityCondition equality => new EqualityConditionModel(
            builder.Variables.Use(equality.Variable), RewriteValue.From(equality.Value, builder), equality.Negated),
        MatchCondition match => new MatchConditionModel(
            builder.Variables.Use(match.Variable), builder.Compile(match.Pattern), ByteSlice.FromLatin1(match.Pattern.Text), match.Negated),
        FileCondition file => new FileConditionModel(file.Test, RewriteValue.From(file.Path, builder), file.Negated),
        _ => throw new NotSupportedException($"A {condition.GetType().Name} is no condition."),
    };
}

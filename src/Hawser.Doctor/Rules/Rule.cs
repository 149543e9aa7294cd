using Hawser.Doctor.Reading;

namespace Hawser.Doctor.Rules;

/// <summary>Finds one kind of mistake. Its texts are in <c>Texts/</c>, under its id.</summary>
internal abstract class Rule
{
    /// <summary>For example <c>HW102</c>.</summary>
    public abstract string Id { get; }

    /// <summary>Looks for the mistake in a configuration.</summary>
    public abstract void Check(DoctorContext context, FindingSink sink);
}

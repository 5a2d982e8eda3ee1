using OnlineSafety.Monitoring.Web.Rules;

namespace OnlineSafety.Monitoring.Web.Tests.Rules;

public sealed class WhatIfTextTests
{
    [Theory]
    [InlineData(true, 0, WhatIfVerdict.TooFew)]
    [InlineData(true, 19, WhatIfVerdict.TooFew)]
    [InlineData(true, 20, WhatIfVerdict.Fit)]
    [InlineData(false, 1, WhatIfVerdict.Unfit)]
    public void OfFewConcernsNothingFollowsUnlessOneIsMissed(bool fit, int concerns, WhatIfVerdict verdict) => Assert.Equal(verdict, WhatIfText.VerdictOf(fit, concerns));
}
